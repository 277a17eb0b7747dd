/* SPDX-License-Identifier: MIT */
/* The arithmetic of a probe's check (core/probe.h). Includes nothing, so that a
 * program for the kernel can compute it as well. */
#pragma once

/*
 * Two rounds of multiply and fold (the finaliser of MurmurHash3, public
 * domain). It detects damage, not malice; a CRC would cost more than the rest
 * of the probe.
 */
static inline unsigned int probe_mix(
	unsigned long long a, unsigned long long b, unsigned long long c)
{
	unsigned long long h = a * 0x9e3779b97f4a7c15u;

	h = (h ^ b ^ h >> 32) * 0xff51afd7ed558ccdu;
	h = (h ^ c ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return (unsigned int)(h >> 32);
}

/* bytes: of the datagram; sent: nanoseconds. */
static inline unsigned int probe_check_of(unsigned int magic, unsigned int run,
	unsigned int flow, unsigned long long sequence, unsigned long long sent,
	unsigned int bytes)
{
	return probe_mix((unsigned long long)run << 32 | flow,
		sequence ^ (unsigned long long)bytes << 44,
		sent ^ (unsigned long long)magic << 32);
}
