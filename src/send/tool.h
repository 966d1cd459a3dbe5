/* The programs that copy files to a target, rsync and rclone, by one interface: what is there,
 * read, put, compare, remove. A failure of the network is tried again a few times. Inner header of
 * send/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct child_guard;
struct listing;
struct publish_target;

/* The folder at the target in which rsync keeps what came of a file when the connection broke. */
#define TOOL_PARTIAL ".talkpress-partial"

/* Names of files. The strings belong to others; they are sorted. */
struct names {
    const char **list;
    size_t nb;
};
void names_add(struct names *names, const char *name);
void names_finish(struct names *names);
#define AUTO_NAMES ATTR_CLEANUP(names_finish) struct names

struct tool {
    const struct publish_target *target;
    int tries;           /* of each step, while the network fails */
    const char *scratch; /* a folder for its own files; "nothing" in it is an empty folder */
    struct child_guard *guard;
    /* Called now and then while files are copied, with what this copy has done so far; or NULL. */
    void (*copied)(void *opaque, int64_t bytes, size_t nb_files);
    void *opaque;
    bool asked;          /* rclone: the next two are known */
    bool renames;        /* files are sent to a folder beside it, and then moved */
    bool used_beside;    /* that folder is there */
    bool has_sums;       /* what holds the files computes their sums */
    char last[400];      /* the last message of the program */
    int nb_failed;       /* calls that failed because of the network */
    size_t nb_copied;    /* files, by the copy that runs */
    int64_t moved_bytes; /* by the copy that runs */
};

/* A folder that is not there is empty. */
ATTR_NODISCARD int tool_list(struct listing *out, struct tool *tool, struct err *err);

/* Reads a small file. */
ATTR_NODISCARD int tool_read(char **out, size_t *out_nb, struct tool *tool, const char *name,
                             struct err *err);

/* Copies files of the folder dir there. Each has its old content, or none, until all of the new one
 * is there. again: even if it seems to be there already. */
ATTR_NODISCARD int tool_put(struct tool *tool, const char *dir, const struct names *names,
                            bool again, struct err *err);

/* differs[i]: whether names->list[i] is missing there, or has another content than in dir. */
ATTR_NODISCARD int tool_compare(bool *differs, struct tool *tool, const char *dir,
                                const struct names *names, struct err *err);

ATTR_NODISCARD int tool_remove(struct tool *tool, const struct names *names, struct err *err);

/* After a send: removes what the program needed there. */
ATTR_NODISCARD int tool_clean(struct tool *tool, struct err *err);

/* --- for the two programs --------------------------------------------------------------------- */

/* What each of them does; as above, but once. rsync.c and rclone.c define one. */
struct tool_way {
    int (*list)(struct listing *out, struct tool *tool, struct err *err);
    int (*read)(char **out, size_t *out_nb, struct tool *tool, const char *name, struct err *err);
    int (*put)(struct tool *tool, const char *dir, const struct names *names, bool again,
               struct err *err);
    int (*compare)(bool *differs, struct tool *tool, const char *dir, const struct names *names,
                   struct err *err);
    int (*remove)(struct tool *tool, const struct names *names, struct err *err);
    int (*clean)(struct tool *tool, struct err *err); /* or NULL */
};
extern const struct tool_way tool_rsync, tool_rclone;

/* Writes names to a file in scratch, each followed by end. *out: its path, a new string. */
ATTR_NODISCARD int tool_write_names(char **out, const struct tool *tool, const struct names *names,
                                    char end, struct err *err);
/* Marks the name in differs, if it is one of names. */
void tool_mark(bool *differs, const struct names *names, const char *name);
/* Whether the text has one of the words, NULL at the end, in it. */
bool tool_says(const char *text, const char *const *words);
