/* Targets of rsync. It writes each file under a temporary name and renames it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "fs.h"
#include "listing.h"
#include "mem.h"
#include "publish_settings.h"
#include "str.h"
#include "tool.h"
#include "words.h"

/* Exit statuses of rsync(1). */
enum {
    SOCKET_FAILED = 10,
    FILE_FAILED = 11,
    PROTOCOL_FAILED = 12,
    PARTIAL = 23,
    TIMEOUT = 30,
    CONNECT_TIMEOUT = 35,
    SSH_FAILED = 255
};

static bool is_daemon(const struct tool *t)
{
    return str_starts(t->target->place, "rsync://") || strstr(t->target->place, "::");
}

static void begin(struct words *w, const struct tool *t)
{
    words_add(w, "rsync");
    words_add(w, "--no-motd");
    words_add(w, "--8-bit-output");
    words_add(w, "--no-human-readable");
    /* Long enough for the other side to read the largest file for its sum. */
    words_add(w, "--timeout=1800");
    if (is_daemon(t))
        words_add(w, "--contimeout=30");
    else if (*t->target->place != '/' && !getenv("RSYNC_RSH"))
        /* Nobody may be there to type a password. */
        words_add(w, "--rsh=ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=30");
}

static int end(struct words *w, const struct tool *t, const char *from, const struct names *names,
               struct err *err)
{
    AUTO_FREE char *list = NULL;
    if (tool_write_names(&list, t, names, '\0', err) < 0)
        return err->code;
    words_add(w, "--from0");
    words_add(w, "--files-from=%s", list);
    words_add(w, "--");
    words_add(w, "%s/", from);
    words_add(w, "%s", t->target->place);
    return 0;
}

/* "      3,276,800  66%    1.02MB/s    0:00:03 (xfr#1, to-chk=1/2)", without commas. */
static void take_progress(struct tool *t, const char *line)
{
    long long bytes;
    int percent;
    if (sscanf(line, " %lld %d%%", &bytes, &percent) != 2)
        return;
    const char *files = strstr(line, "(xfr#");
    if (files)
        t->nb_copied = strtoul(files + strlen("(xfr#"), NULL, 10);
    t->moved_bytes = bytes;
    if (t->copied)
        t->copied(t->opaque, bytes, t->nb_copied);
}

static void take_line(void *opaque, const char *line, bool is_error)
{
    struct tool *t = opaque;
    if (!is_error) {
        take_progress(t, line);
        return;
    }
    /* The line before these says why. */
    static const char *const later[] = {"rsync error:", "connection unexpectedly closed",
                                        "read error:", "write error:", NULL};
    const bool adds_nothing = tool_says(line, later);
    if (!adds_nothing || !t->last[0])
        snprintf(t->last, sizeof t->last, "%s", line);
}

static int explain(const struct tool *t, int status, struct err *err)
{
    static const char *const full[] = {"No space left", "Disk quota exceeded", NULL};
    static const char *const refused[] = {"Permission denied", "verification failed",
                                          "command not found", NULL};
    static const char *const later[] = {"max connections", NULL};
    enum err_code code = ERR_EXTERNAL;
    if (tool_says(t->last, full))
        code = ERR_NO_SPACE;
    else if (tool_says(t->last, later) || status == SOCKET_FAILED || status == TIMEOUT ||
             status == CONNECT_TIMEOUT || status > 127 + 1 ||
             (status == PROTOCOL_FAILED && !tool_says(t->last, refused)))
        code = status == SSH_FAILED && tool_says(t->last, refused) ? ERR_EXTERNAL : ERR_BUSY;
    return err_set(err, code, "rsync: %s",
                   t->last[0] ? t->last + (str_starts(t->last, "rsync: ") ? strlen("rsync: ") : 0)
                              : "it ended without a message");
}

static int run(struct tool *t, const struct words *w, struct str *out, struct err *err)
{
    static char utc[] = "TZ=UTC", plain[] = "LC_ALL=C.UTF-8";
    char *const setting[] = {utc, plain, NULL};
    int status = 0;
    t->last[0] = '\0';
    const struct child c = {.words = w->list,
                            .package = "rsync",
                            .setting = setting,
                            .out = out,
                            .line = take_line,
                            .opaque = t};
    if (child_run(&status, &c, t->guard, err) < 0)
        return err->code;
    return status == 0 ? 0 : explain(t, status, err);
}

static bool says_missing(const struct tool *t)
{
    static const char *const missing[] = {"No such file or directory", NULL};
    return tool_says(t->last, missing);
}

static int list(struct listing *out, struct tool *t, struct err *err)
{
    AUTO_STR text = {0};
    AUTO_WORDS w = {0};
    struct err why = {0};
    *out = (struct listing){0};
    begin(&w, t);
    words_add(&w, "--dirs");
    words_add(&w, "--list-only");
    words_add(&w, "--");
    words_add(&w, "%s", t->target->place);
    if (run(t, &w, &text, &why) < 0 && !says_missing(t)) {
        *err = why;
        return err->code;
    }
    listing_read_rsync(out, text.s ? text.s : "");
    return 0;
}

static int read_file(char **out, size_t *out_nb, struct tool *t, const char *name, struct err *err)
{
    enum { MOST = 64 << 20 };
    AUTO_FREE char *to = fs_join(t->scratch, "read");
    AUTO_WORDS w = {0};
    begin(&w, t);
    words_add(&w, "--ignore-times");
    words_add(&w, "--max-size=%d", MOST);
    words_add(&w, "--");
    words_add(&w, "%s%s", t->target->place, name);
    words_add(&w, "%s", to);
    if (fs_remove_all(to, err) < 0 || run(t, &w, NULL, err) < 0)
        return err->code;
    return fs_read(out, out_nb, to, MOST, err);
}

static int put(struct tool *t, const char *dir, const struct names *names, bool again,
               struct err *err)
{
    AUTO_WORDS w = {0};
    (void)again; /* rsync sends only what differs */
    begin(&w, t);
    words_add(&w, "--times");
    words_add(&w, "--ignore-times");
    words_add(&w, "--copy-links");
    words_add(&w, "--chmod=D755,F644");
    words_add(&w, "--partial-dir=" TOOL_PARTIAL);
    words_add(&w, "--info=progress2");
    return end(&w, t, dir, names, err) < 0 ? err->code : run(t, &w, NULL, err);
}

/* A line is ">fc.T...... NAME"; the third letter is "c" if the content differs, "+" if there is no
 * such file. */
static int compare(bool *differs, struct tool *t, const char *dir, const struct names *names,
                   struct err *err)
{
    AUTO_STR text = {0};
    AUTO_WORDS w = {0};
    begin(&w, t);
    words_add(&w, "--dry-run");
    words_add(&w, "--checksum");
    words_add(&w, "--copy-links");
    words_add(&w, "--out-format=%%i %%n");
    if (end(&w, t, dir, names, err) < 0 || run(t, &w, &text, err) < 0)
        return err->code;
    char *rest = NULL;
    for (char *line = text.s ? strtok_r(text.s, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *name = strchr(line, ' ');
        if (name && strlen(line) > 3 && (line[2] == 'c' || line[2] == '+' || line[3] == 's'))
            tool_mark(differs, names, name + 1);
    }
    return 0;
}

/* A name that is missing in an empty folder is removed. */
static int remove_files(struct tool *t, const struct names *names, struct err *err)
{
    AUTO_FREE char *nothing = fs_join(t->scratch, "nothing");
    AUTO_WORDS w = {0};
    begin(&w, t);
    words_add(&w, "--recursive"); /* TOOL_PARTIAL is a folder */
    words_add(&w, "--force");
    words_add(&w, "--delete-missing-args");
    return end(&w, t, nothing, names, err) < 0 ? err->code : run(t, &w, NULL, err);
}

const struct tool_way tool_rsync = {list, read_file, put, compare, remove_files, NULL};
