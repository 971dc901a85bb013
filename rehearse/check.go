package rehearse

import "context"

// check compares what the phones were promised with what the server stored. The engine must have ended.
func (c *crowd) check(ctx context.Context, s *staff, contest string, r *Report) error {
	byEntrant := make(map[string]int32, len(c.phones))
	for i := range c.phones {
		if p := &c.phones[i]; p.entry != "" {
			byEntrant[p.entry] = p.id
		}
	}
	type place struct {
		question *question
		phone    int32
	}
	found := map[place]bool{} // whether what is stored is what the phone sent
	err := s.answers(ctx, contest, func(a storedAnswer) {
		id, ours := byEntrant[a.Entrant]
		if !ours {
			return // a real person's, or an earlier rehearsal's
		}
		q := c.find(a.Round, a.No)
		if q == nil || q.sheets[id].choice == "" {
			r.Foreign++
			return
		}
		at := place{q, id}
		if _, twice := found[at]; twice {
			r.Doubled++
		}
		owner, sh := c.sheetOf(&c.phones[id], []byte(a.ID))
		found[at] = owner == q && sh != nil && sameChoice(q.kind, a.Choice, choiceOf([]byte(sh.choice)))
	})
	if err != nil {
		return err
	}
	for _, q := range c.questions {
		for i := range q.sheets {
			if q.sheets[i].ackAt == 0 {
				continue
			}
			r.Verified++
			if !found[place{q, int32(i)}] {
				r.Lost++
			}
		}
	}
	r.Checked, r.Check = true, "done"
	return nil
}
