#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which room may include which, and which may print (src/ARCHITECTURE.md)."""

import re

import lint

ROOMS = {
    "udpmill": {"udpmill"},
    "examples": {"udpmill"},
    "core": {"core"},
    "net": {"net", "core"},
    "service": {"service", "core"},
    "backend": {"backend", "xdp", "net", "core"},
    "export": {"export", "core", "udpmill"},
    "xdp": {"xdp", "net", "core"},
    "server": {"server", "backend", "service", "net", "export", "core"},
    "load": {"load", "xdp", "net", "core"},
    "metrics": {"metrics", "net", "core"},
    "cli": {"cli", "server", "load", "export", "metrics", "backend", "service",
            "net", "core"},
}

# Which folders of its own room a file in such a folder may include: all of
# these, and its own. A folder that is missing here is no part of the design.
_BASE = {"cli/process"}
_VERB = _BASE | {"cli/args", "cli/print"}
_LOAD = _VERB | {"cli/load"}
_TRAFFIC = {"load/traffic", "load/ledger"}
FOLDERS = {
    "load": _TRAFFIC,
    "load/traffic": set(),
    "load/engine": set(),
    "load/ledger": set(),
    "load/loop": _TRAFFIC | {"load", "load/engine"},
    "load/peer": {"load", "load/ledger"},
    "load/stages": {"load", "load/traffic"},
    "load/stress": _TRAFFIC | {"load"},
    "cli": _VERB,
    "cli/process": set(),
    "cli/print": _BASE,
    "cli/args": _BASE | {"cli/print"},
    "cli/perf": _VERB,
    "cli/send": _VERB,
    "cli/serve": _VERB,
    "cli/stat": _VERB,
    "cli/top": _VERB,
    "cli/load": _VERB | {"cli/load/peer", "cli/load/kind", "cli/load/report"},
    "cli/load/peer": _LOAD,
    "cli/load/report": _LOAD | {"cli/load/peer"},
    "cli/load/kind": _LOAD | {"cli/load/peer", "cli/load/report"},
}
DIVIDED = {folder.split("/")[0] for folder in FOLDERS}

# Headers that only some files may include, where their room may at all.
ONLY = {
    "liburing.h": r"(backend|load/engine)/uring.*",
    "bpf/libbpf.h": r"xdp/.*|load/engine/launcher\.c",
    "bpf/bpf.h": r"xdp/.*|load/engine/launcher\.c",
    "bpf/bpf_helpers.h": r".*\.bpf\.c",
    "bpf/bpf_endian.h": r".*\.bpf\.c",
    "xdp/xsk.h": r"xdp/.*",
    "xdp/libxdp.h": r"xdp/.*",
    "curses.h": r"cli/top/screen_curses\.c",
    "pcap/pcap.h": r"cli/load/capture_pcap\.c",
    "sodium.h": r"core/mac_sodium\.c",
    "microhttpd.h": r"metrics/http_library\.h",
    "hwloc.h": r"net/topology_hwloc\.c",
    "backend/mem.h": r"backend/mem\.c",
    "load/engine/mem.h": r"load/engine/mem\.c",
    # The server writes its own segment and reads no other's.
    "export/reader.h": r"(export|cli)/.*",
    "export/writer.h": r"(export|server|cli)/.*",
    "export/segment.h": r"export/.*",
    "argp.h": r"cli/.*",
    "jansson.h": r"(export|cli)/.*",
}

# A service is a function of a batch; core computes.
SYSTEM_CALLS = {"sys/socket.h", "sys/epoll.h", "poll.h", "pthread.h",
                "threads.h", "sched.h"}
NEVER = {
    "core": SYSTEM_CALLS | {"unistd.h"},
    # Arithmetic and memory, so that all of it can be tested by tables.
    "load/traffic": SYSTEM_CALLS | {"time.h", "core/clock.h"},
    "service": SYSTEM_CALLS | {"unistd.h", "time.h", "fcntl.h", "sys/mman.h",
                               "core/clock.h"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)
PRINTS = re.compile(
    r"\b((?:v?printf|puts|putchar|perror|psignal|v?warnx?|v?errx?|_?exit|"
    r"_Exit|quick_exit)\s*\(|stdout\b|stderr\b)")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_include(path, room, quote, header):
    name = "/".join(path.parts[1:])
    other = header.split("/")[0]
    # <net/if.h> is the system's.
    if quote == '"' and other in ROOMS and other not in ROOMS[room]:
        return f"{room} may not include {other}"
    folder, theirs = name.rpartition("/")[0], header.rpartition("/")[0]
    if (quote == '"' and room == other and room in DIVIDED
            and theirs not in FOLDERS.get(folder, ()) and theirs != folder):
        return f"{folder} may not include {theirs}"
    if header in ONLY and not re.fullmatch(ONLY[header], name):
        return f"{header} is not for this file"
    for place in (room, folder):
        if header in NEVER.get(place, ()):
            return f"{place} may not include {header}"
    return None


def check(root):
    complaints = []
    for path in lint.files(root, ".c", ".h", ".def", rooms=["src"]):
        text = lint.bare((root / path).read_text())
        room = path.parts[1]
        if room not in ROOMS:
            complaints.append(f"{path}: {room} is no room of the design")
            continue
        folder = "/".join(path.parts[1:-1])
        if room in DIVIDED and folder not in FOLDERS:
            complaints.append(f"{path}: {folder} is no folder of the design")
            continue
        for match in INCLUDE.finditer(text):
            wrong = check_include(path, room, match[1], match[2])
            if wrong:
                line = line_of(text, match.start(2))
                complaints.append(f"{path}:{line}: {wrong}")
        if room in ("cli", "examples"):
            continue
        for match in PRINTS.finditer(text):
            line = line_of(text, match.start())
            complaints.append(
                f"{path}:{line}: {match[1].rstrip(' (')}: only cli prints and "
                "exits")
    return complaints


GOOD = [
    {"src/core/a.c": '#include "core/a.h"\n#include <string.h>\n'},
    {"src/core/a.c": "#include <net/if.h>\n"},
    {"src/net/a.c": '#include "core/a.h"\n#include <sys/socket.h>\n'},
    {"src/server/a.c": '#include "backend/a.h"\n#include "service/a.h"\n'
                       '#include "export/writer.h"\n'},
    {"src/cli/a.c": '#include "load/a.h"\nint a(void) { exit(1); }\n'},
    {"src/cli/load/kind/a.c": '#include "cli/load/kind/a.h"\n'
                              '#include "cli/load/report/a.h"\n'
                              '#include "cli/args/a.h"\n'
                              '#include "load/a.h"\n'},
    {"src/backend/uring.c": "#include <liburing.h>\n"},
    {"src/xdp/a.c": "#include <bpf/libbpf.h>\n"},
    {"src/load/engine/a.bpf.c": "#include <bpf/bpf_helpers.h>\n"},
    {"src/core/a.c": "/* printf(), exit() */\n// stdout\n"
                     'const char *a = "stderr";\n'},
    {"src/core/a.c": "int a(char *t) { return snprintf(t, 1, \"\"); }\n"},
    {"src/core/a.c": "__attribute__((format(printf, 1, 2))) int exit_code;\n"},
]
BAD = [
    ({"src/core/a.c": '#include "net/a.h"\n'}, "core may not include net"),
    ({"src/core/a.h": "#include <sys/socket.h>\n"}, "core may not"),
    ({"src/net/a.h": '#include "export/a.h"\n'}, "net may not include export"),
    ({"src/service/a.c": '#include "net/a.h"\n'}, "service may not"),
    ({"src/service/a.c": '#include "core/clock.h"\n'}, "service may not"),
    ({"src/service/a.c": "# include <unistd.h>\n"}, "service may not"),
    ({"src/backend/a.c": '#include "service/a.h"\n'}, "backend may not"),
    ({"src/backend/mmsg.c": "#include <liburing.h>\n"}, "not for this file"),
    ({"src/cli/load.c": "#include <pcap/pcap.h>\n"}, "not for this file"),
    ({"src/cli/top/draw.c": "#include <curses.h>\n"}, "not for this file"),
    ({"src/load/turn.c": "#include <bpf/bpf.h>\n"}, "not for this file"),
    ({"src/xdp/a.c": "#include <bpf/bpf_helpers.h>\n"}, "not for this file"),
    ({"src/core/mac.c": "#include <sodium.h>\n"}, "not for this file"),
    ({"src/metrics/text.c": "#include <microhttpd.h>\n"}, "not for this file"),
    ({"src/metrics/a.c": '#include "export/reader.h"\n'}, "metrics may not"),
    ({"src/backend/mmsg.c": '#include "backend/mem.h"\n'}, "not for this"),
    ({"src/export/a.c": '#include "server/a.h"\n'}, "export may not"),
    ({"src/server/a.c": '#include "load/a.h"\n'}, "server may not"),
    ({"src/server/a.c": '#include "cli/a.h"\n'}, "server may not"),
    ({"src/server/worker.c": '#include "export/reader.h"\n'}, "not for this"),
    ({"src/load/a.c": '#include "backend/a.h"\n'}, "load may not"),
    ({"src/load/a.c": '#include "service/a.h"\n'}, "load may not"),
    ({"src/load/a.c": '#include "server/a.h"\n'}, "load may not"),
    ({"src/load/a.c": '#include "export/reader.h"\n'}, "load may not"),
    ({"src/load/a.c": "#include <argp.h>\n"}, "not for this file"),
    ({"src/load/traffic/a.c": '#include "load/load.h"\n'},
     "load/traffic may not include load"),
    ({"src/load/traffic/a.c": '#include "core/clock.h"\n'},
     "load/traffic may not include core/clock.h"),
    ({"src/load/stress/a.c": '#include "load/loop/a.h"\n'},
     "load/stress may not include load/loop"),
    ({"src/load/engine/a.c": '#include "load/loop/a.h"\n'},
     "load/engine may not include load/loop"),
    ({"src/load/other/a.c": "\n"}, "load/other is no folder"),
    ({"src/load/a.c": "int a(void) { printf(\"x\"); }\n"}, ":1: printf"),
    ({"src/net/a.c": "\nint a(void) { puts (\"x\"); }\n"}, ":2: puts"),
    ({"src/net/a.c": "int a(void) { fflush(stdout); }\n"}, "stdout"),
    ({"src/core/a.c": "int a(void) { fputs(\"\", stderr); }\n"}, "stderr"),
    ({"src/server/a.c": "int a(void) { exit(1); }\n"}, "exit"),
    ({"src/server/a.h": "int a(void) { _exit(1); }\n"}, "_exit"),
    ({"src/cli/print/a.c": '#include "cli/args/a.h"\n'},
     "cli/print may not include cli/args"),
    ({"src/cli/serve/a.c": '#include "cli/load/a.h"\n'},
     "cli/serve may not include cli/load"),
    ({"src/cli/load/peer/a.h": '#include "cli/load/report/a.h"\n'},
     "cli/load/peer may not include cli/load/report"),
    ({"src/cli/other/a.c": "\n"}, "cli/other is no folder"),
    ({"src/other/a.c": "\n"}, "other is no room"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
