/* SPDX-License-Identifier: MIT */
/* What a forged packet says, seen where it would be sent. */
#include "load/stress/forge.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>

static struct stress_result result;
static struct stress_row row;
static struct stress_lab lab = {.result = &result, .row = &row};
static uint8_t packet[PACKET_ROOM], datagram[PACKET_ROOM];

static uint16_t id_of_a_piece(uint64_t sequence)
{
	struct forge f = {
		.lab = &lab,
		.path = {{.sa.sa_family = AF_INET}, {.sa.sa_family = AF_INET}},
		.sequence = sequence,
		.plan = true,
		.packet = packet,
		.datagram = datagram,
	};

	forge_piece(&f, 0, 8, true);
	return (uint16_t)(packet[4] << 8 | packet[5]);
}

/* The kernel gives each packet with an id of 0 one of its own, and fragments
 * with different ids are never put together. */
Test(forge, gives_no_fragment_an_id_of_zero)
{
	for (uint64_t sequence = 0; sequence < 3 * 65536; sequence++)
		cr_assert(id_of_a_piece(sequence) != 0);
}

Test(forge, gives_datagrams_in_a_row_different_ids)
{
	for (uint64_t sequence = 65000; sequence < 66000; sequence++)
		cr_assert(
			id_of_a_piece(sequence) != id_of_a_piece(sequence + 1));
}
