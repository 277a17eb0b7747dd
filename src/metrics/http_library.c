/* SPDX-License-Identifier: MIT */
#include "metrics/http_library.h"

#include "core/library.h"

#include <errno.h>

int http_library_open(struct http_library *lib, char *why, size_t why_bytes)
{
	static const char *const names[] = {"libmicrohttpd.so.12", NULL};
	const struct library_function functions[] = {
		{&lib->start_daemon, "MHD_start_daemon"},
		{&lib->stop_daemon, "MHD_stop_daemon"},
		{&lib->get_daemon_info, "MHD_get_daemon_info"},
		{&lib->run, "MHD_run"},
		{&lib->get_timeout, "MHD_get_timeout"},
		{&lib->get_connection_info, "MHD_get_connection_info"},
		{&lib->lookup_value, "MHD_lookup_connection_value"},
		{&lib->create_response, "MHD_create_response_from_buffer"},
		{&lib->add_header, "MHD_add_response_header"},
		{&lib->queue_response, "MHD_queue_response"},
		{&lib->destroy_response, "MHD_destroy_response"},
	};

	*lib = (struct http_library){0};
	lib->handle = library_load(names, functions,
		sizeof(functions) / sizeof(functions[0]),
		"install libmicrohttpd (Debian: libmicrohttpd12)", why,
		why_bytes);
	return lib->handle ? 0 : -ENOPKG;
}
