package questionbank

import (
	"context"
	"errors"
	"fmt"

	"leitai/fault"
	"leitai/sqldb"
)

// NameOf gives the name of a bank, or not_found bank.missing.
func (s *Store) NameOf(ctx context.Context, id string) (name string, err error) {
	err = s.db.Get(ctx, &name, `SELECT name FROM banks WHERE id = $1`, id)
	return name, missing(err, "bank.missing", "name of bank "+id)
}

// FindName gives the id of the bank of this name, or not_found bank.missing.
func (s *Store) FindName(ctx context.Context, name string) (id string, err error) {
	err = s.db.Get(ctx, &id, `SELECT id FROM banks WHERE name = $1`, name)
	return id, missing(err, "bank.missing", "find bank by name")
}

// HomeOf gives the bank and the stem of a question, or not_found question.missing.
func (s *Store) HomeOf(ctx context.Context, questionID string) (bankID, stem string, err error) {
	var row struct {
		BankID string `db:"bank_id"`
		Stem   string `db:"stem"`
	}
	err = s.db.Get(ctx, &row, `SELECT bank_id, stem FROM questions WHERE id = $1`, questionID)
	return row.BankID, row.Stem, missing(err, "question.missing", "home of question "+questionID)
}

// DropEmpty takes back a bank that was made a moment ago; one that has questions or imports stays.
func (s *Store) DropEmpty(ctx context.Context, id string) error {
	_, err := s.db.Exec(ctx, `DELETE FROM banks WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM questions WHERE bank_id = $1)
		AND NOT EXISTS (SELECT 1 FROM imports WHERE bank_id = $1)`, id)
	if err != nil {
		return fmt.Errorf("drop bank %s: %w", id, err)
	}
	return nil
}

func missing(err error, key, doing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sqldb.ErrNoRow):
		return fault.New(fault.NotFound, key)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
