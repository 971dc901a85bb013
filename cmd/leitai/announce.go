package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/skip2/go-qrcode"
)

// announce tells the person at the terminal where everything is, and the program that started this one.
func (c *serveCmd) announce(ctx context.Context, s *server, addr net.Addr, first *signIn) error {
	if err := c.writeReady(addr); err != nil {
		return err
	}
	local := "http://" + localAddress(addr, "localhost")
	if !c.Demo {
		s.log.Info("listening", "address", addr.String(), "url", s.base)
		if first != nil && c.AdminPassword == "" {
			fmt.Printf("控制台 Console   %s/console\n用户名 User      %s\n密码 Password    %s   （首次登录后请修改 / change it after signing in）\n",
				s.base, first.username, first.password)
		}
		return nil
	}
	code, err := s.openDemo(ctx)
	if err != nil {
		return err
	}
	join, screen := s.base, local+"/screen"
	if code != "" {
		join, screen = s.base+"/j/"+code, local+"/screen/"+code
	}
	fmt.Println()
	if qr, err := qrcode.New(join, qrcode.Low); err == nil {
		fmt.Println(qr.ToSmallString(false))
	}
	fmt.Printf("  手机 Phone       %s\n", join)
	if paper, err := s.demoPaper(ctx); err != nil {
		return err
	} else if paper != "" {
		fmt.Printf("  网上预赛 Online  %s/o/%s\n", s.base, paper)
	}
	fmt.Printf("  大屏 Screen      %s\n", screen)
	fmt.Printf("  控制台 Console   %s/console\n", local)
	switch {
	case first != nil && c.AdminPassword == "":
		fmt.Printf("  登录 Sign in     %s / %s   （首次登录会要求修改 / you will be asked to change it）\n", first.username, first.password)
	case first != nil:
		fmt.Printf("  登录 Sign in     %s / (LEITAI_ADMIN_PASSWORD)\n", first.username)
	default:
		fmt.Printf("  登录 Sign in     用已有的账号；忘记密码：%s staff reset-password admin%s\n", os.Args[0], c.databaseFlag())
	}
	fmt.Println("\n  手机与本机在同一 Wi-Fi 下即可扫码加入。按 Ctrl+C 结束。")
	fmt.Println("  Phones on the same Wi-Fi can join by the code. Press Ctrl+C to stop.")
	fmt.Println()
	if c.Bots > 0 {
		return s.startBots(ctx, addr, code, c.Bots)
	}
	return nil
}

// localAddress is host:port under which this machine reaches a listener; name stands for a listener on all addresses.
func localAddress(addr net.Addr, name string) string {
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = name
	}
	return net.JoinHostPort(host, port)
}

// databaseFlag is what another command needs to find the same database; a database server is named by the environment.
func (s *settings) databaseFlag() string {
	if s.DatabaseURL != "" || s.DataDir == "./data" {
		return ""
	}
	return " --data-dir " + s.DataDir
}
