package ranking

// Unleased takes every group at once, so that processes meet which else leave one another alone.
func (b *Boards) Unleased() *Boards {
	b.lease = 0
	return b
}
