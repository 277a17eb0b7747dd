/* SPDX-License-Identifier: MIT */
/* Engines that make frames themselves, past the kernel's sockets: what they
 * cannot do is refused, and so is every device but that of a lab, or one that
 * the user owns. */
#pragma once

#include "cli/load/said.h"

/* Does the chosen engine make frames? */
bool load_makes_frames(const struct load_options *o);

/* Does it also number the probes in them (ENGINE_NUMBERS)? */
bool load_numbers_itself(const struct load_options *o);

/* Refuses options that contradict such an engine, and those that need one;
 * sets the defaults that differ with it. Prints and exits. */
void load_frames_adapt(struct load_parsing *p);

/* Refuses replies without a number, once it is known what is expected: when
 * each datagram left is only in the datagram. */
void load_frames_refuse_replies(const struct load_parsing *p);

/*
 * After load_require_consent(): finds the way of the frames, for the engine.
 * Prints and exits unless they may leave there: by the device that --i-own
 * names; or by one end of a veth pair whose other end is in the network
 * namespace of the server, which has the peer's address, so that nobody else
 * can get them.
 */
void load_frames_plan(struct load_parsing *p);
