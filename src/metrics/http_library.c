/* SPDX-License-Identifier: MIT */
#include "metrics/http_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libmicrohttpd.so.12"

static bool find_functions(struct http_library *lib)
{
	const struct {
		void *at;
		const char *name;
	} functions[] = {
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

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = dlsym(lib->handle, functions[i].name);

		if (!function)
			return false;
		memcpy(functions[i].at, &function, sizeof(function));
	}
	return true;
}

int http_library_open(struct http_library *lib, char *why, size_t why_bytes)
{
	*lib = (struct http_library){.handle = dlopen(LIBRARY, RTLD_NOW)};
	if (lib->handle && find_functions(lib))
		return 0;
	snprintf(why, why_bytes,
		"%s; install libmicrohttpd (Debian: libmicrohttpd12)",
		dlerror());
	if (lib->handle)
		dlclose(lib->handle);
	return -ENOPKG;
}
