/* SPDX-License-Identifier: MIT */
#include "cli/top/events.h"

#include "cli/process/interrupt.h"
#include "core/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

int events_open(struct events *e)
{
	sigset_t signals;

	interrupt_block(&signals);
	sigaddset(&signals, SIGWINCH);
	sigaddset(&signals, SIGTSTP);
	sigaddset(&signals, SIGCONT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	e->fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	return e->fd < 0 ? -errno : 0;
}

void events_close(struct events *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

static unsigned event_of(uint32_t sig)
{
	switch (sig) {
	case SIGWINCH:
		return EVENT_SIZE;
	case SIGTSTP:
		return EVENT_STOP;
	case SIGCONT:
		return EVENT_RESUMED;
	}
	return EVENT_END;
}

static unsigned take_signals(struct events *e)
{
	struct signalfd_siginfo info;
	unsigned all = 0;

	while (read(e->fd, &info, sizeof(info)) == sizeof(info))
		all |= event_of(info.ssi_signo);
	return all;
}

unsigned events_wait(struct events *e, uint64_t until_ns)
{
	uint64_t now_ns = clock_ns();
	uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	const struct timespec left = {
		.tv_sec = (time_t)(left_ns / 1000000000u),
		.tv_nsec = (long)(left_ns % 1000000000u),
	};
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = e->fd, .events = POLLIN},
	};
	unsigned all = 0;

	if (ppoll(fds, 2, &left, NULL) <= 0)
		return 0;
	if (fds[0].revents & POLLIN)
		all |= EVENT_KEYS;
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		all |= EVENT_END;
	return all | take_signals(e);
}

/* ncurses has set a handler of its own. */
void events_stop(void)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, before;
	sigset_t signals, mask;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTSTP);
	sigaction(SIGTSTP, &stop, &before);
	raise(SIGTSTP);
	/* It stops here. */
	sigprocmask(SIG_UNBLOCK, &signals, &mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &before, NULL);
}
