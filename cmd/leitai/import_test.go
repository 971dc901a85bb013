package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"leitai/people"
	"leitai/questionbank"
	"leitai/sqldb"
)

func TestAnImportSaysWhoseTheBankIs(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "bank.csv")
	if err := os.WriteFile(file, []byte("题干,题型,A,B,答案\n哪个对？,单选,一,二,A\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := importCmd{File: file, Bank: "终端题库", Owner: "hanmeimei", settings: settings{DataDir: folder}}
	db, err := sqldb.Open(t.Context(), c.databaseURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	store, banks := people.NewStore(db), questionbank.NewStore(db)
	account := func(name string, role people.Role) {
		_, token, err := store.Invite(t.Context(), time.Now(), name, name, role, "test")
		if err == nil {
			_, _, err = store.UseLink(t.Context(), time.Now(), token, "", "correct horse")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	account("judge", people.RoleJudge)
	for _, owner := range []string{"hanmeimei", "judge"} { // unknown, and one who could not keep it
		c.Owner = owner
		if err := c.Run(t.Context()); err == nil {
			t.Errorf("a bank of %s was stored", owner)
		}
	}
	if _, err := banks.FindName(t.Context(), c.Bank); err == nil {
		t.Error("something was stored for nobody")
	}
	account("hanmeimei", people.RoleOrganizer)
	c.Owner = "HanMeimei"
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	id, err := banks.FindName(t.Context(), c.Bank)
	if err != nil {
		t.Fatal(err)
	}
	members, err := store.ListMembers(t.Context(), people.OnBank, id)
	if err != nil || len(members) != 1 || members[0].Username != "hanmeimei" {
		t.Errorf("members %+v, %v", members, err)
	}
	entries, err := store.ListAudit(t.Context(), people.AuditFilter{Action: "import.store"}, "", 10)
	if err != nil || len(entries) != 1 || entries[0].Subject.Name != "bank.csv" {
		t.Errorf("audit %+v, %v", entries, err)
	}
}
