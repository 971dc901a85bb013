package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"leitai/people"
	"leitai/sqldb"
)

// staffCmd is `leitai staff`: for who is shut out of the console and has the machine.
type staffCmd struct {
	List          staffListCmd  `cmd:"" help:"List the accounts."`
	ResetPassword staffResetCmd `cmd:"" help:"Give an account a new random password, which must be changed at the next sign-in."`
}

// openExisting opens the database of an installation that is there already.
func (s *settings) openExisting(ctx context.Context) (*sqldb.DB, error) {
	if path := filepath.Join(s.DataDir, "leitai.db"); s.DatabaseURL == "" {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no database at %s; name its folder with --data-dir, or the server with LEITAI_DATABASE_URL", path)
		}
	}
	db, err := sqldb.Open(ctx, s.databaseURL())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := db.Migrate(ctx); err != nil { // the program may be newer than its last start
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

type staffListCmd struct {
	settings
}

// Run prints the accounts.
func (c *staffListCmd) Run(ctx context.Context) error {
	db, err := c.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	accounts, err := people.NewStore(db).ListStaff(ctx, time.Now(), "")
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "USERNAME\tROLE\tSTATE\tTWO-STEP\tLAST SIGN-IN\tNAME")
	for _, a := range accounts {
		state, twoStep, last := "enabled", "off", "never"
		if a.Disabled {
			state = "disabled"
		}
		if a.TwoStep {
			twoStep = "on"
		}
		if a.SignedInAt != nil {
			last = a.SignedInAt.Local().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Username, a.Role, state, twoStep, last, a.Name)
	}
	return w.Flush()
}

type staffResetCmd struct {
	settings
	Username   string `arg:"" default:"admin" help:"The account."`
	TwoStepOff bool   `help:"Also turn its two-step sign-in off: phone and recovery codes are lost."`
	Enable     bool   `help:"Also enable it, when it is disabled."`
}

// Run gives the account a new random password and prints it. It ends all of the account's sessions, and stands in the
// audit log.
func (c *staffResetCmd) Run(ctx context.Context) error {
	db, err := c.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	store := people.NewStore(db)
	password, err := store.ResetPassword(ctx, c.Username)
	if err != nil {
		return err
	}
	staff, err := store.FindUsername(ctx, c.Username)
	if err != nil {
		return err
	}
	if c.TwoStepOff {
		if err := store.DropTwoStep(ctx, staff.ID); err != nil {
			return err
		}
	}
	if c.Enable {
		if _, err := store.UpdateStaff(ctx, staff.ID, people.StaffChange{Disabled: new(false)}); err != nil {
			return err
		}
	}
	if err := store.Record(ctx, &people.AuditEntry{At: time.Now(), StaffName: "leitai staff", Action: "staff.cli_reset",
		Subject: people.Subject{Kind: "staff", ID: staff.ID, Name: staff.Name},
		Detail:  map[string]any{"username": staff.Username, "two_step_off": c.TwoStepOff, "enabled": c.Enable}}); err != nil {
		return err
	}
	fmt.Printf("%s / %s\n", staff.Username, password)
	switch {
	case staff.Disabled && !c.Enable:
		fmt.Println("账号已停用，加 --enable 启用 / the account is disabled; --enable enables it")
	case staff.TwoStep && !c.TwoStepOff:
		fmt.Println("登录还需要两步验证，加 --two-step-off 关闭 / signing in asks for a second step too; --two-step-off turns it off")
	}
	return nil
}
