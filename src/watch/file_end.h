/*
 * Whether a file is still being written, as far as the file itself and the kernel show it. Opens
 * files to read a few bytes; changes nothing, and keeps nobody from writing. Private to watch/.
 */
#pragma once

#include <stdbool.h>

enum writer {
    WRITER_NONE,    /* nobody has it open for writing */
    WRITER_OPEN,    /* somebody has */
    WRITER_UNKNOWN, /* the file system or the file's owner does not let us know */
};

/* Asks for a read lease, which the kernel refuses while somebody has the file open for writing, and
 * gives it back (fcntl(2), F_SETLEASE). Of processes of this machine alone. */
enum writer file_end_writer(const char *path);

/* Whether the file system belongs to other machines or to a process, so that files may change
 * without a sign here. */
bool file_end_is_remote(const char *path);

/* Whether an MP4 or MOV file lacks what its writer appends last: the box moov, or the rest of a
 * box. False for other formats, and if it cannot be read. */
bool file_end_is_missing(const char *path);

/* Whether the name, without folder, is one that programs give to files that they still write:
 * "talk.tmp.mp4". Those that do not end like a recording are not asked about. */
bool file_end_temporary_name(const char *name);
