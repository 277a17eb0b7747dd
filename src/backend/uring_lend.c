/* SPDX-License-Identifier: MIT */
/*
 * Sends without copying (IORING_OP_SEND_ZC and SENDMSG_ZC, Linux 6.1; that the
 * kernel copied all the same is reported since 6.2). It reads a reply where it
 * is, in the slot in which the request came. Such a send has two completions:
 * how it went, and that the kernel is done with the memory. Until the second,
 * the slot is lent, and not given back for receives.
 *
 * There are twice as many slots as otherwise, and at most half of them are
 * lent. So receives find as many free ones as ever, however long a device
 * takes; what is not lent is copied.
 *
 * All slots are registered as one buffer where that is allowed, so that their
 * pages are pinned once and not by every send. Where it is not, or leaves too
 * little for sends that pin theirs all the same, all sends do.
 */
#include "backend/uring_state.h"

#include "core/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>

/* liburing 2.3 has neither. */
#define REPORT_USAGE (1u << 3)
#define USAGE_COPIED (1u << 31)
#define PAGE_LEAST   4096u

/* A kernel that can, misses the file. */
static int try_send(struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe;
	int error;

	io_uring_prep_send_zc(sqe, -1, NULL, 0, 0, REPORT_USAGE);
	error = io_uring_submit_and_wait(ring, 1);
	if (error < 0)
		return error;
	error = io_uring_peek_cqe(ring, &cqe);
	if (!error && cqe->res != -EBADF)
		error = -EOPNOTSUPP;
	return error;
}

int uring_zerocopy(char *why, size_t why_bytes)
{
	struct io_uring ring;
	int error = io_uring_queue_init(2, &ring, 0);

	if (error) {
		snprintf(why, why_bytes, "io_uring_setup");
		return error;
	}
	error = try_send(&ring);
	if (error)
		snprintf(why, why_bytes,
			"Linux 6.2 or newer is needed, which tells what was "
			"copied all the same");
	io_uring_queue_exit(&ring);
	return error;
}

int uring_lend_init(struct uring *u, uint32_t from, uint32_t slot_count)
{
	struct uring_lending *l = &u->lending;

	l->from = from ? from : UINT32_MAX;
	if (!from)
		return 0;
	l->messages = lines_alloc(URING_LENT_MOST, sizeof(*l->messages));
	l->uses = lines_alloc(slot_count, sizeof(*l->uses));
	l->held_most = slot_count / 2;
	while (l->unused_count < URING_LENT_MOST) {
		l->unused[l->unused_count] = l->unused_count;
		l->unused_count++;
	}
	return l->messages && l->uses ? 0 : -ENOMEM;
}

void uring_lend_fini(struct uring *u)
{
	free(u->lending.messages);
	free(u->lending.uses);
}

static bool register_parts(
	struct uring *u, const struct iovec *parts, unsigned count)
{
	return io_uring_register((unsigned)u->ring.ring_fd,
		       IORING_REGISTER_BUFFERS, parts, count) == 0;
}

/* Can the slots be locked, and what SENDMSG_ZC locks besides? All that can be
 * lent is registered with them for a moment. It is memory of its own, since
 * pages that are locked already may not count again. */
static bool may_register(struct uring *u, const struct iovec *slots)
{
	size_t rest =
		(size_t)u->lending.held_most * URING_LENT_PAGES * PAGE_LEAST;
	void *p = mmap(NULL, rest, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool may;

	if (p == MAP_FAILED)
		return false;
	/* What cannot be unregistered stays locked until the ring ends, and no
	 * buffer can be registered beside it (EBUSY): each send locks its own.
	 */
	may = register_parts(u, (struct iovec[]){*slots, {p, rest}}, 2) &&
	      io_uring_register((unsigned)u->ring.ring_fd,
		      IORING_UNREGISTER_BUFFERS, NULL, 0) == 0;
	munmap(p, rest);
	return may;
}

void uring_lend_register(struct uring *u)
{
	const struct iovec slots = {
		.iov_base = u->slots.base,
		.iov_len = u->slots.stride * u->slots.count,
	};

	if (u->lending.from == UINT32_MAX)
		return;
	u->lending.registered =
		may_register(u, &slots) && register_parts(u, &slots, 1);
	counter_set(u->counters, COUNTER_ZEROCOPY_REGISTERED,
		u->lending.registered);
}

/* Only SEND_ZC takes registered memory in every kernel that can lend. */
static void lend_entry(const struct uring *u, struct io_uring_sqe *sqe)
{
	sqe->ioprio = REPORT_USAGE;
	if (sqe->opcode != IORING_OP_SEND) {
		sqe->opcode = IORING_OP_SENDMSG_ZC;
		return;
	}
	sqe->opcode = IORING_OP_SEND_ZC;
	if (u->lending.registered) {
		sqe->ioprio |= IORING_RECVSEND_FIXED_BUF;
		sqe->buf_index = 0;
	}
}

/* Notes the slots that a message lies in. False: not only in slots, or in too
 * many pages. */
static bool find_slots(
	const struct uring *u, const struct message *m, struct uring_lent *lent)
{
	size_t pages = 0;

	if (m->iov_count > URING_LENT_PAGES)
		return false;
	for (uint32_t i = 0; i < m->iov_count; i++) {
		uintptr_t at = (uintptr_t)m->iov[i].iov_base;
		uint32_t slot;

		if (!slots_find(&u->slots, m->iov[i].iov_base, &slot))
			return false;
		lent->slots[i] = (uint16_t)slot;
		pages +=
			(at % PAGE_LEAST + m->iov[i].iov_len + PAGE_LEAST - 1) /
			PAGE_LEAST;
	}
	lent->count = (uint16_t)m->iov_count;
	lent->failed = false;
	return pages <= URING_LENT_PAGES;
}

/* As the kernel counts them (io_notif_account_mem()). */
static uint32_t pages_locked(const struct uring *u,
	const struct io_uring_sqe *sqe, const struct message *m)
{
	if (u->lending.registered && sqe->opcode == IORING_OP_SEND)
		return 0;
	return m->bytes / PAGE_LEAST + 2;
}

/* May so many pages be locked? More than ever before are tried once in a
 * while. */
static bool may_lock(struct uring_lending *l, uint32_t pages)
{
	bool waits = l->content_next > 0;

	l->content_next -= waits;
	l->tries = pages > 0 && l->locked + pages > l->allowed;
	return !l->tries || !waits;
}

static bool find_room(struct uring *u, const struct message *m, uint32_t pages,
	uint16_t *place)
{
	struct uring_lending *l = &u->lending;

	if (l->unused_count == 0 || l->held + m->iov_count > l->held_most)
		return false;
	*place = l->unused[l->unused_count - 1];
	return find_slots(u, m, &l->messages[*place]) && may_lock(l, pages);
}

bool uring_lend(struct uring *u, struct io_uring_sqe *sqe,
	const struct message *m, uint32_t number)
{
	struct uring_lending *l = &u->lending;
	uint32_t pages = pages_locked(u, sqe, m);
	struct uring_lent *lent;
	uint16_t place;

	if (!find_room(u, m, pages, &place)) {
		l->tries = false;
		counter_add(u->counters, COUNTER_ZEROCOPY_DECLINED, 1);
		return false;
	}
	l->unused_count--;
	lent = &l->messages[place];
	lent->pages = (uint16_t)pages;
	lent->before = l->locked;
	l->locked += pages;
	if (l->tries)
		l->allowed = l->locked;
	for (uint32_t i = 0; i < lent->count; i++)
		l->held += l->uses[lent->slots[i]].messages++ == 0;
	lend_entry(u, sqe);
	sqe->user_data = URING_TAG_LENT | (uint64_t)place << 32 | number;
	return true;
}

/* The kernel is done with a message. */
static void take_back(struct uring *u, uint16_t place)
{
	struct uring_lending *l = &u->lending;
	const struct uring_lent *lent = &l->messages[place];

	for (uint32_t i = 0; i < lent->count; i++) {
		struct uring_use *use = &l->uses[lent->slots[i]];

		if (--use->messages > 0)
			continue;
		l->held--;
		if (use->waits)
			uring_give_slot(u, lent->slots[i]);
		use->waits = false;
	}
	l->locked -= lent->pages;
	l->unused[l->unused_count++] = place;
	l->woken = true;
}

/* It may have failed only because it was to be lent: with EINTR it is sent
 * again, by copying. If too much memory would be locked, less is for a while.
 */
static void note_failed(
	struct uring *u, struct uring_lent *lent, struct message *m, int error)
{
	struct uring_lending *l = &u->lending;

	counter_add(u->counters, COUNTER_ZEROCOPY_DECLINED, 1);
	lent->failed = true;
	if (error == -ENOMEM) {
		l->content_next = URING_SEND_MAX;
		if (l->allowed > lent->before)
			l->allowed = lent->before;
	}
	m->error = error == -EAGAIN ? error : -EINTR;
}

static void note_sent(struct uring *u)
{
	counter_add(u->counters, COUNTER_ZEROCOPY_SENDS, 1);
	counter_set(
		u->counters, COUNTER_ZEROCOPY_PENDING, ++u->lending.pending);
}

static void note_done(struct uring *u, bool copied)
{
	counter_set(
		u->counters, COUNTER_ZEROCOPY_PENDING, --u->lending.pending);
	if (copied)
		counter_add(u->counters, COUNTER_ZEROCOPY_COPIED, 1);
}

void uring_note_lent(
	struct uring *u, struct message *m, const struct io_uring_cqe *cqe)
{
	uint16_t place = (uint16_t)(cqe->user_data >> 32);
	struct uring_lent *lent = &u->lending.messages[place];

	if (!(cqe->flags & IORING_CQE_F_NOTIF)) {
		if (cqe->res >= 0)
			note_sent(u);
		else
			note_failed(u, lent, &m[(uint32_t)cqe->user_data],
				cqe->res);
		if (!(cqe->flags & IORING_CQE_F_MORE))
			take_back(u, place);
		return;
	}
	/* One that failed says copied, too. */
	if (!lent->failed)
		note_done(u, (uint32_t)cqe->res & USAGE_COPIED);
	take_back(u, place);
}
