/* SPDX-License-Identifier: MIT */
/*
 * The functions of libmicrohttpd that are used. It is loaded only when there is
 * something to answer: it brings GnuTLS and more, which would start up in every
 * process.
 */
#pragma once

#include <microhttpd.h>
#include <stddef.h>

struct http_library {
	void *handle;
	__typeof__(&MHD_start_daemon) start_daemon;
	__typeof__(&MHD_stop_daemon) stop_daemon;
	__typeof__(&MHD_get_daemon_info) get_daemon_info;
	__typeof__(&MHD_run) run;
	__typeof__(&MHD_get_timeout) get_timeout;
	__typeof__(&MHD_get_connection_info) get_connection_info;
	__typeof__(&MHD_lookup_connection_value) lookup_value;
	__typeof__(&MHD_create_response_from_buffer) create_response;
	__typeof__(&MHD_add_response_header) add_header;
	__typeof__(&MHD_queue_response) queue_response;
	__typeof__(&MHD_destroy_response) destroy_response;
};

/* 0; or -ENOPKG and one line in why. It stays loaded, since what it brings
 * cannot all be unloaded. */
int http_library_open(struct http_library *lib, char *why, size_t why_bytes);
