/* SPDX-License-Identifier: MIT */
#include "load/traffic/content.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

static struct content content;

static void tear_down(void)
{
	content_fini(&content);
	content_fini(&content);
}

TestSuite(content, .fini = tear_down);

Test(content, is_the_same_for_the_same_seed)
{
	struct content other;

	cr_assert(content_init(&content, CONTENT_RANDOM, 3, 100) == 0);
	cr_assert(content_init(&other, CONTENT_RANDOM, 3, 100) == 0);
	cr_assert(memcmp(content.data, other.data, CONTENT_SPAN + 100) == 0);
	content_fini(&other);
	cr_assert(content_init(&other, CONTENT_RANDOM, 4, 100) == 0);
	cr_assert(memcmp(content.data, other.data, 100) != 0);
	content_fini(&other);
}

Test(content, differs_from_datagram_to_datagram)
{
	unsigned same = 0;

	cr_assert(content_init(&content, CONTENT_RANDOM, 3, 100) == 0);
	for (uint64_t i = 0; i < 1000; i++) {
		same += content_at(&content, 0, i) ==
			content_at(&content, 0, i + 1);
		same += content_at(&content, 0, i) ==
			content_at(&content, 1, i);
	}
	cr_assert(same < 10, "%u", same);
}

Test(content, is_there_to_its_end_for_any_number)
{
	cr_assert(content_init(&content, CONTENT_RANDOM, 3, 65527) == 0);
	for (uint64_t i = 0; i < 100000; i++) {
		const uint8_t *at = content_at(&content, (uint32_t)i, i * i);

		cr_assert(at >= content.data &&
			  at + 65527 <= content.data + CONTENT_SPAN + 65527);
		cr_assert((at - content.data) % 64 == 0);
	}
}

Test(content, may_be_zeros_or_text)
{
	cr_assert(content_init(&content, CONTENT_ZEROS, 3, 10) == 0);
	for (unsigned i = 0; i < CONTENT_SPAN; i++)
		cr_assert(content.data[i] == 0);
	content_fini(&content);
	cr_assert(content_init(&content, CONTENT_TEXT, 3, 10) == 0);
	for (unsigned i = 0; i < CONTENT_SPAN; i++)
		cr_assert(isprint(content.data[i]) || content.data[i] == '\n');
}

Test(content, that_is_random_has_all_bytes_alike)
{
	unsigned counts[256] = {0};

	cr_assert(content_init(&content, CONTENT_RANDOM, 3, 0) == 0);
	for (unsigned i = 0; i < CONTENT_SPAN; i++)
		counts[content.data[i]]++;
	for (unsigned i = 0; i < 256; i++)
		cr_assert(counts[i] > 170 && counts[i] < 350, "%u", counts[i]);
}
