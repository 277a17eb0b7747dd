/* SPDX-License-Identifier: MIT */
/*
 * length: "Your data was 18 bytes", the example this program grew from.
 *
 * The text may be longer than the request, so that all requests of a train are
 * examined before the first reply overwrites them. All replies but the last
 * have the same number and so the same length; the last request is not longer
 * than the others, so its number has no more digits: only the last segment of
 * the reply train may be shorter, as it must be.
 */
#include "service/services.h"

#include <string.h>

#define HEAD     "Your data was "
#define TAIL     " bytes"
#define HEAD_LEN (sizeof(HEAD) - 1)
#define TAIL_LEN (sizeof(TAIL) - 1)
#define TEXT_MIN (HEAD_LEN + 1 + TAIL_LEN)
/* With five digits, for the largest datagram. */
#define TEXT_MAX (HEAD_LEN + 5 + TAIL_LEN)

/* More than TRAIN_SEGMENTS_MOST, the most that can arrive. */
#define SEGMENTS_MAX (TRAIN_ROOM / TEXT_MAX)

static bool is_own_text(const uint8_t *data, uint32_t bytes)
{
	uint32_t at = HEAD_LEN;

	if (memcmp(data, HEAD, HEAD_LEN) != 0)
		return false;
	while (at < bytes - TAIL_LEN && data[at] >= '0' && data[at] <= '9')
		at++;
	return at == bytes - TAIL_LEN && memcmp(data + at, TAIL, TAIL_LEN) == 0;
}

/*
 * Is the segment at data + at one? If it was not copied, it is what the first
 * of its train is; if that was not copied either, it may be one by its length,
 * so that two servers that see no payload do not answer each other forever.
 * Trains of such a server have nothing else in them.
 */
static bool is_own(const struct train *t, uint32_t at, uint32_t bytes)
{
	if (bytes < TEXT_MIN || bytes > TEXT_MAX)
		return false;
	if (at + bytes <= t->copied)
		return is_own_text(t->data + at, bytes);
	return at == 0 || is_own(t, 0, t->segment_bytes);
}

static uint32_t write_text(uint8_t *out, uint32_t number)
{
	char digits[10];
	uint32_t n = 0, at = HEAD_LEN;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	memcpy(out, HEAD, HEAD_LEN);
	while (n > 0)
		out[at++] = (uint8_t)digits[--n];
	memcpy(out + at, TAIL, TAIL_LEN);
	return at + TAIL_LEN;
}

/* How many segments are this service's own texts; *last_is_own: the last one
 * is. */
static uint32_t count_own(const struct train *t, bool *last_is_own)
{
	uint32_t own = 0,
		 last = t->bytes - (t->segments - 1) * t->segment_bytes;

	/* Only short segments can be our own texts. */
	if (t->segment_bytes <= TEXT_MAX)
		for (uint32_t i = 0; i + 1 < t->segments; i++)
			own += is_own(
				t, i * t->segment_bytes, t->segment_bytes);
	*last_is_own = is_own(t, t->bytes - last, last);
	return own + *last_is_own;
}

static void answer(struct train *t)
{
	uint32_t last = t->bytes - (t->segments - 1) * t->segment_bytes;
	uint8_t text[TEXT_MAX];
	bool last_is_own;
	uint32_t own = count_own(t, &last_is_own), text_bytes, whole, at = 0;

	if (own == t->segments || t->segments > SEGMENTS_MAX) {
		train_refuse(t, own == t->segments ? COUNTER_REFUSED_OWN_TEXT
						   : COUNTER_REPLY_LOST);
		return;
	}
	t->refused = own;
	t->refusal = COUNTER_REFUSED_OWN_TEXT;
	t->verdict = VERDICT_ANSWER;
	t->reply_segments = t->segments - own;
	/* Replies that say segment_bytes: all but the last, if that is
	 * answered. */
	whole = t->reply_segments - !last_is_own;
	text_bytes = write_text(text, t->segment_bytes);
	for (uint32_t i = 0; i < whole; i++, at += text_bytes)
		memcpy(t->data + at, text, text_bytes);
	if (!last_is_own)
		at += write_text(t->data + at, last);
	t->reply_bytes = at;
	t->reply_segment_bytes = whole ? text_bytes : at;
}

static void length_handle(void *self, struct batch *b)
{
	(void)self;
	for (uint32_t i = 0; i < b->count; i++)
		if (b->trains[i].verdict != VERDICT_REFUSE)
			answer(&b->trains[i]);
}

const struct service_ops service_length = {
	.name = "length",
	.brief = "answers \"Your data was N bytes\"",
	.reads = TEXT_MAX, /* to know its own texts */
	.handle = length_handle,
};
