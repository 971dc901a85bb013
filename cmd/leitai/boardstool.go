package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"leitai/leaderboard"
	"leitai/quiz/ranking"
	"leitai/sqldb"
)

// boardsCmd is `leitai boards`.
type boardsCmd struct {
	Check   boardsCheckCmd   `cmd:"" help:"Compare every board with the database; exit code 1 when they differ."`
	Rebuild boardsRebuildCmd `cmd:"" help:"Write boards anew from the database, while people go on."`
}

type boardsCheckCmd struct {
	Contest string `help:"Only this contest, by its id."`
	JSON    bool   `name:"json" help:"Print one JSON object."`

	settings
}

type boardsRebuildCmd struct {
	Contest string `help:"Only this contest, by its id."`

	settings
}

const (
	checkTries  = 20               // looks at a group that is being written
	rebuildWait = 10 * time.Minute // for one group
)

// openBoards opens the boards that a server writes: in its Redis, or without one inside its process.
func openBoards(ctx context.Context, c *settings) (*ranking.Boards, func(), error) {
	db, err := sqldb.Open(ctx, c.databaseURL())
	if err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	var rdb redis.UniversalClient
	closeAll := func() {
		if rdb != nil {
			_ = rdb.Close()
		}
		_ = db.Close()
	}
	pending, err := db.MigrationsPending(ctx)
	if err == nil && pending {
		err = errors.New("the database is of an older version: start the server first")
	}
	if err == nil {
		rdb, err = c.boardsRedis(ctx)
	}
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	return ranking.New(db, leaderboard.NewGroups(rdb, "leitai"), slog.New(slog.DiscardHandler)), closeAll, nil
}

// boardsRedis is the Redis of the settings, or that of the server which runs on the data folder.
func (s *settings) boardsRedis(ctx context.Context) (redis.UniversalClient, error) {
	redis.SetLogger(redisLog{slog.New(slog.DiscardHandler)})
	if s.RedisURL != "" {
		return openRedis(s.RedisURL)
	}
	gone := errors.New("without LEITAI_REDIS_URL the boards live in the running server, and no server runs on this data folder; it writes them when it starts")
	address, err := os.ReadFile(s.embeddedFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, gone
	}
	if err != nil {
		return nil, fmt.Errorf("find the server's boards: %w", err)
	}
	rdb, err := openRedis("redis://" + strings.TrimSpace(string(address)))
	if err != nil {
		return nil, err
	}
	if err := rdb.Ping(ctx).Err(); err != nil {
		_ = rdb.Close()
		return nil, gone
	}
	return rdb, nil
}

// groupsFor lists what a command is about.
func groupsFor(ctx context.Context, b *ranking.Boards, contest string) ([]string, error) {
	if contest == "" {
		return b.Groups(ctx)
	}
	if _, err := b.FindContest(ctx, contest); err != nil {
		return nil, fmt.Errorf("没有编号为 %s 的网上竞赛 (no paper contest has this id)", contest)
	}
	return []string{ranking.ContestGroup(contest)}, nil
}

var errUnequal = errors.New("榜单与数据库不一致 (boards and database differ)")

// Run compares, and changes nothing.
func (c *boardsCheckCmd) Run(ctx context.Context) error {
	b, end, err := openBoards(ctx, &c.settings)
	if err != nil {
		return err
	}
	defer end()
	groups, err := groupsFor(ctx, b, c.Contest)
	if err != nil {
		return err
	}
	report := struct {
		Equal  bool            `json:"equal"`
		Groups []ranking.Check `json:"groups"`
	}{true, []ranking.Check{}}
	for _, group := range groups {
		check, err := b.Compare(ctx, group, checkTries)
		if err != nil {
			return err
		}
		report.Groups = append(report.Groups, check)
		report.Equal = report.Equal && check.Equal()
		if !c.JSON {
			printCheck(os.Stdout, check)
		}
	}
	if c.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetEscapeHTML(false)
		if err := e.Encode(report); err != nil {
			return err
		}
	}
	if !report.Equal {
		return errUnequal
	}
	return nil
}

// shownDifferences is how many differences of one group the terminal shows.
const shownDifferences = 10

func printCheck(w io.Writer, c ranking.Check) {
	switch {
	case !c.Built:
		fmt.Fprintf(w, "✗ %s: 榜单不在 Redis 中 (lost); leitai boards rebuild\n", c.Group)
	case c.Equal():
		fmt.Fprintf(w, "✓ %s: %d 行一致 (equal)\n", c.Group, c.Lines)
	default:
		fmt.Fprintf(w, "✗ %s: %d 处不一致，共 %d 行，待写入 %d (differ)\n", c.Group, c.Count, c.Lines, c.Waiting)
	}
	for _, d := range c.Differences[:min(len(c.Differences), shownDifferences)] {
		fmt.Fprintf(w, "    %s %s %s: 数据库 %s | 榜单 %s\n", d.Board, d.Member, d.What, d.Want, d.Have)
	}
}

// Run writes boards anew; people see the old ones until the new ones are complete.
func (c *boardsRebuildCmd) Run(ctx context.Context) error {
	b, end, err := openBoards(ctx, &c.settings)
	if err != nil {
		return err
	}
	defer end()
	groups, err := groupsFor(ctx, b, c.Contest)
	if err != nil {
		return err
	}
	defer b.Release()
	for _, group := range groups {
		began := time.Now()
		waiting, cancel := context.WithTimeout(ctx, rebuildWait)
		err := b.RebuildWait(waiting, group)
		cancel()
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stdout, "✓ %s: %d ms\n", group, time.Since(began).Milliseconds())
	}
	return nil
}
