package rehearse

import (
	"os/exec"
	"syscall"
)

// detach keeps Ctrl-C of the terminal from the server, which is stopped in order, and lets it end if we are killed.
func detach(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
