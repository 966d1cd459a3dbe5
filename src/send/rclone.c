/* Targets of rclone. Whether files become visible as a whole depends on what holds them:
 *  - rclone 1.63 and later writes a temporary name where that is needed;
 *  - an earlier one does not. Where files can be renamed, they are then sent to a folder beside the
 *    target, and moved. What cannot rename stores whole objects (S3 and the like). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "fs.h"
#include "json.h"
#include "listing.h"
#include "mem.h"
#include "publish_settings.h"
#include "str.h"
#include "tool.h"
#include "words.h"

/* Exit statuses of rclone(1). */
enum { NO_FOLDER = 3, NO_FILE = 4 };

/* --- running it ------------------------------------------------------------------------------- */

static void begin(struct words *w, const char *verb)
{
    words_add(w, "rclone");
    words_add(w, "%s", verb);
    words_add(w, "--use-json-log");
    words_add(w, "--ask-password=false");
    words_add(w, "--retries=1");
    words_add(w, "--low-level-retries=3");
    words_add(w, "--contimeout=30s");
}

static void take_message(struct tool *t, const json_t *log)
{
    const json_t *stats = json_object_get(log, "stats");
    const char *object = json_get_string(log, "object", "");
    if (stats)
        t->moved_bytes = json_get_int(stats, "bytes", 0);
    if (stats && t->copied)
        t->copied(t->opaque, t->moved_bytes, (size_t)json_get_int(stats, "transfers", 0));
    if (strcmp(json_get_string(log, "level", ""), "error") == 0)
        snprintf(t->last, sizeof t->last, "%s%s%s", object, *object ? ": " : "",
                 json_get_string(log, "msg", ""));
}

/* Most messages are JSON; the last one is "2026/11/30 02:23:31 Failed to copy: ...". */
static void take_line(void *opaque, const char *line, bool is_error)
{
    struct tool *t = opaque;
    struct err ignored = {0};
    AUTO_JSON *log = NULL;
    if (!is_error)
        return;
    if (*line == '{' && json_read_text(&log, line, "it", &ignored) == 0)
        take_message(t, log);
    else if (strlen(line) > 20 && line[4] == '/' && line[19] == ' ')
        snprintf(t->last, sizeof t->last, "%s", line + 20);
}

static int explain(const struct tool *t, int status, struct err *err)
{
    static const char *const network[] = {"connection refused",
                                          "connection reset",
                                          "no such host",
                                          "timeout",
                                          "unreachable",
                                          "no route to host",
                                          "broken pipe",
                                          "unexpected EOF",
                                          "temporary failure",
                                          "502 ",
                                          "503 ",
                                          "504 ",
                                          "429 ",
                                          "server misbehaving",
                                          ": EOF",
                                          "connection lost",
                                          NULL};
    static const char *const full[] = {"no space left",        "disk quota", "quota exceeded",
                                       "insufficient storage", "507 ",       NULL};
    static const char *const unknown[] = {"didn't find section in config file", NULL};
    const bool away = status > 128 || tool_says(t->last, network);
    const enum err_code code = tool_says(t->last, full) ? ERR_NO_SPACE
                               : away                   ? ERR_BUSY
                                                        : ERR_EXTERNAL;
    return err_set(
        err, code, "rclone: %s%s", t->last[0] ? t->last : "it ended without a message",
        tool_says(t->last, unknown)
            ? ": 'rclone listremotes' shows the names. For a host of rsync, put 'rsync:' "
              "before it"
            : "");
}

/* *status may be NULL: then each but 0 is an error. */
static int run(struct tool *t, struct words *w, struct str *out, int *status, struct err *err)
{
    static char utc[] = "TZ=UTC";
    char *const setting[] = {utc, NULL};
    int ended;
    t->last[0] = '\0';
    const struct child c = {.words = w->list,
                            .package = "rclone",
                            .setting = setting,
                            .out = out,
                            .line = take_line,
                            .opaque = t};
    if (child_run(&ended, &c, t->guard, err) < 0)
        return err->code;
    if (status)
        *status = ended;
    return status || ended == 0 ? 0 : explain(t, ended, err);
}

static int add_names(struct words *w, const struct tool *t, const struct names *names,
                     struct err *err)
{
    AUTO_FREE char *list = NULL;
    if (tool_write_names(&list, t, names, '\n', err) < 0)
        return err->code;
    words_add(w, "--files-from-raw=%s", list);
    words_add(w, "--copy-links");
    return 0;
}

/* --- what the remote can do ------------------------------------------------------------------- */

static int ask(struct tool *t, struct err *err)
{
    AUTO_WORDS w = {0};
    AUTO_STR text = {0};
    AUTO_JSON *all = NULL;
    if (t->asked)
        return 0;
    begin(&w, "backend");
    words_add(&w, "features");
    words_add(&w, "%s", t->target->place);
    if (run(t, &w, &text, NULL, err) < 0 ||
        json_read_text(&all, text.s ? text.s : "", "what 'rclone backend features' says", err) < 0)
        return err->code;
    const json_t *features = json_object_get(all, "Features");
    t->renames =
        !json_object_get(features, "PartialUploads") && json_get_bool(features, "Move", false);
    t->has_sums = json_array_size(json_object_get(all, "Hashes")) > 0;
    t->asked = true;
    return 0;
}

/* "name:a/.b.talkpress-tmp" for "name:a/b", a new string: rclone moves files only between folders
 * of which none is in the other. NULL: the target is all of the remote. */
static char *beside(const struct tool *t)
{
    const char *place = t->target->place, *path = strchr(place, ':') + 1;
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    return *base ? mem_printf("%.*s.%s.talkpress-tmp", (int)(base - place), place, base) : NULL;
}

/* --- the five --------------------------------------------------------------------------------- */

static int list(struct listing *out, struct tool *t, struct err *err)
{
    AUTO_WORDS w = {0};
    AUTO_STR text = {0};
    int status = 0;
    *out = (struct listing){0};
    begin(&w, "lsjson");
    words_add(&w, "--use-server-modtime"); /* else S3 is asked for each file */
    words_add(&w, "--no-mimetype");
    words_add(&w, "--links"); /* else a folder of this machine does not show them */
    words_add(&w, "%s", t->target->place);
    if (run(t, &w, &text, &status, err) < 0 || status == NO_FOLDER)
        return err->code;
    return status == 0 ? listing_read_rclone(out, text.s ? text.s : "", text.len, err)
                       : explain(t, status, err);
}

static int read_file(char **out, size_t *out_nb, struct tool *t, const char *name, struct err *err)
{
    AUTO_WORDS w = {0};
    AUTO_STR text = {0};
    begin(&w, "cat");
    words_add(&w, "%s/%s", t->target->place, name);
    if (run(t, &w, &text, NULL, err) < 0)
        return err->code;
    *out_nb = text.len;
    *out = str_take(&text);
    return 0;
}

static int copy(struct tool *t, const char *dir, const char *place, const struct names *names,
                bool again, struct err *err)
{
    AUTO_WORDS w = {0};
    begin(&w, "copy");
    words_add(&w, "--no-traverse");
    words_add(&w, "--stats=1s");
    words_add(&w, "--stats-log-level=NOTICE");
    if (again)
        words_add(&w, "--ignore-times");
    if (add_names(&w, t, names, err) < 0)
        return err->code;
    words_add(&w, "%s", dir);
    words_add(&w, "%s", place);
    return run(t, &w, NULL, NULL, err);
}

/* "= NAME" is there, with the same content. */
static int read_compared(bool *differs, const char *text, const struct names *names)
{
    AUTO_FREE char *copied = mem_strdup(text);
    AUTO_FREE bool *same = mem_zalloc(names->nb, sizeof *same);
    size_t nb = 0;
    char *rest = NULL;
    for (char *line = strtok_r(copied, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strlen(line) < 3 || *line == '!')
            return -1;
        tool_mark(*line == '=' ? same : differs, names, line + 2);
        nb++;
    }
    for (size_t i = 0; i < names->nb; i++)
        differs[i] = !same[i];
    return nb >= names->nb ? 0 : -1; /* else it was interrupted */
}

static int compare(bool *differs, struct tool *t, const char *dir, const struct names *names,
                   struct err *err)
{
    AUTO_WORDS w = {0};
    AUTO_STR text = {0};
    int status = 0;
    if (ask(t, err) < 0)
        return err->code;
    begin(&w, "check");
    words_add(&w, "--one-way");
    words_add(&w, "--combined=-");
    if (!t->has_sums)
        words_add(&w, "--download");
    if (add_names(&w, t, names, err) < 0)
        return err->code;
    words_add(&w, "%s", dir);
    words_add(&w, "%s", t->target->place);
    if (run(t, &w, &text, &status, err) < 0)
        return err->code;
    return read_compared(differs, text.s ? text.s : "", names) < 0 ? explain(t, status, err) : 0;
}

static int move(struct tool *t, const char *from, const struct names *names, struct err *err)
{
    AUTO_WORDS w = {0};
    begin(&w, "move");
    words_add(&w, "--no-traverse");
    words_add(&w, "--ignore-times");
    if (add_names(&w, t, names, err) < 0)
        return err->code;
    words_add(&w, "%s", from);
    words_add(&w, "%s", t->target->place);
    return run(t, &w, NULL, NULL, err);
}

static int put(struct tool *t, const char *dir, const struct names *names, bool again,
               struct err *err)
{
    if (ask(t, err) < 0)
        return err->code;
    if (!t->renames)
        return copy(t, dir, t->target->place, names, again, err);
    AUTO_FREE char *place = beside(t);
    if (!place)
        return err_set(err, ERR_INVALID,
                       "this remote needs a folder, like 'rclone:%svideos': files are sent to a "
                       "folder beside it before they are moved there",
                       t->target->place);
    t->used_beside = true;
    /* What a killed send left there is not sent once more. */
    return copy(t, dir, place, names, again, err) < 0 ? err->code : move(t, place, names, err);
}

static int clean(struct tool *t, struct err *err)
{
    AUTO_WORDS w = {0};
    AUTO_FREE char *place = t->used_beside ? beside(t) : NULL;
    int ignored;
    if (!place)
        return 0;
    begin(&w, "purge");
    words_add(&w, "%s", place);
    return run(t, &w, NULL, &ignored, err);
}

static int remove_files(struct tool *t, const struct names *names, struct err *err)
{
    AUTO_WORDS w = {0};
    begin(&w, "delete");
    if (add_names(&w, t, names, err) < 0)
        return err->code;
    words_add(&w, "%s", t->target->place);
    return run(t, &w, NULL, NULL, err);
}

const struct tool_way tool_rclone = {list, read_file, put, compare, remove_files, clean};
