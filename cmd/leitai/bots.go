package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/google/uuid"

	"leitai/fault"
	"leitai/quiz"
)

// openDemo opens the demo contest's room and gives its code. With the show over, the room stays as it ended; its
// organizer makes a copy for the next one.
func (s *server) openDemo(ctx context.Context) (string, error) {
	id, err := s.quiz.Meta(ctx, "demo_contest")
	if err != nil || id == "" {
		return "", err
	}
	room, err := s.quiz.FindRoom(ctx, id)
	if err == nil && room.Closed { // the organizer closed it: it stays closed
		return "", nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	code, _, err := s.house.Open(ctx, id)
	return code, err
}

// startBots fills the demo's hall with simulated phones in a process of their own, and lets the show run by itself.
// When the demo has been played, a copy of it is played.
func (s *server) startBots(ctx context.Context, addr net.Addr, code string, n int) error {
	contest, code, err := s.stageForBots(ctx, code)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "rehearse", "--url", "http://"+localAddress(addr, "127.0.0.1"), "--code", code, "--players", strconv.Itoa(n))
	cmd.Stderr, cmd.Stdout = os.Stderr, os.Stdout
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 3 * time.Second
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start simulated phones: %w", err)
	}
	fmt.Printf("  模拟 %d 部手机正在加入，随后自动开始：%s/screen/%s\n\n", n, "http://"+localAddress(addr, "localhost"), code)
	go func() {
		if err := cmd.Wait(); err != nil && ctx.Err() == nil {
			s.log.Warn("simulated phones", "error", err)
		}
	}()
	go s.playForBots(ctx, contest, code, n)
	return nil
}

// stageForBots gives a contest whose room is in the lobby: the demo, or a copy of it.
func (s *server) stageForBots(ctx context.Context, code string) (contestID, roomCode string, err error) {
	id, err := s.quiz.Meta(ctx, "demo_contest")
	if err != nil {
		return "", "", err
	}
	if _, phase := s.house.Where(id); code != "" && phase == quiz.PhaseLobby {
		return id, code, nil
	}
	played, err := s.quiz.FindContest(ctx, id)
	if err != nil {
		return "", "", err
	}
	fresh := played.Copy(played.Title, time.Now())
	if err := s.quiz.CreateContest(ctx, fresh); err != nil {
		return "", "", err
	}
	code, _, err = s.house.Open(ctx, fresh.ID)
	return fresh.ID, code, err
}

// gather is how long the simulated phones have for joining before the show starts anyway.
const gather = 30 * time.Second

// playForBots starts the show once everybody is there; from then on it goes on by itself.
func (s *server) playForBots(ctx context.Context, contestID, code string, n int) {
	deadline := time.Now().Add(gather)
	for s.house.Connected(code) < n && time.Now().Before(deadline) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
	auto, pause := true, 6000
	for _, cmd := range []quiz.Command{{Name: quiz.CmdPacing, AutoAdvance: &auto, PauseMS: &pause}, {Name: quiz.CmdNext}} {
		cmd.ID, cmd.Operator = uuid.NewString(), "演示"
		if _, err := s.house.Do(ctx, contestID, cmd); err != nil {
			if !errors.Is(err, context.Canceled) {
				s.log.Warn("demo show", "error", err)
			}
			return
		}
	}
}
