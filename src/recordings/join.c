#include "join.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs.h"
#include "json.h"
#include "mem.h"

/* The file sizes at which cameras start a new file, because of file systems: 2 GiB, 4 GB, 4 GiB, or
 * up to 2 % less. */
static const int64_t limits[] = {INT64_C(1) << 31, INT64_C(4000000000), INT64_C(1) << 32};
/* Files that the camera ended at another size differ by less than this fraction (1 %). */
enum { SAME_SIZE_PARTS = 100 };
static const int64_t least_full_bytes = 500000000;
/* The longest time from the end of a file to the start of the next, on the camera's clock. */
enum { CLOCK_STEP_MS = 1000, CREATED_STEP_MS = 2000 };
/* Some recorders begin the next file earlier, by up to this. */
enum { OVERLAP_MS = 10000 };
/* Time stamps of MPEG-TS have 33 bits at 90 kHz. */
static const int64_t clock_turn_ms = (INT64_C(1) << 33) / 90;

/* --- rows ------------------------------------------------------------------------------------- */

static size_t folder_length(const char *path)
{
    return (size_t)(fs_basename(path) - path);
}

static int by_folder(const struct join_file *a, const struct join_file *b)
{
    const size_t na = folder_length(a->path), nb = folder_length(b->path);
    const int order = strncmp(a->path, b->path, na < nb ? na : nb);
    return order ? order : (na > nb) - (na < nb);
}

static int by_row(const void *pa, const void *pb)
{
    const struct join_file *a = pa, *b = pb;
    int order = by_folder(a, b);
    if (order == 0)
        order = (int)a->named - (int)b->named;
    if (order == 0)
        order = join_name_order(&a->name, &b->name);
    return order ? order : strcmp(a->path, b->path);
}

static bool same_row(const struct join_file *a, const struct join_file *b)
{
    return a->named && b->named && by_folder(a, b) == 0 && join_name_same_row(&a->name, &b->name);
}

/* --- evidence --------------------------------------------------------------------------------- */

static const json_t *stream_of(const json_t *probe, const char *kind)
{
    const int64_t at = json_get_int(json_object_get(probe, kind), "stream", -1);
    return at < 0 ? NULL : json_array_get(json_object_get(probe, "streams"), (size_t)at);
}

/* Begin and end of the picture, or of the sound if there is none, on the file's own clock. */
static bool times_of(const json_t *probe, int64_t *begin, int64_t *end)
{
    const json_t *st = stream_of(probe, "video");
    if (!st)
        st = stream_of(probe, "audio");
    *begin = json_get_int(st, "start_ms", 0);
    *end = json_get_int(st, "end_ms", -1);
    return st && *end > *begin;
}

static bool clock_of_stream(const json_t *probe)
{
    const char *container = json_get_string(probe, "container", "");
    return strcmp(container, "mpegts") == 0 || strcmp(container, "mpeg") == 0;
}

/* The time from the end of a to the begin of b, on the clock of a transport stream; INT64_MAX:
 * there is no such clock. */
static int64_t clock_step(const json_t *a, const json_t *b)
{
    int64_t a_begin, a_end, b_begin, b_end;
    if (!clock_of_stream(a) || !clock_of_stream(b) || !times_of(a, &a_begin, &a_end) ||
        !times_of(b, &b_begin, &b_end) || a_end - a_begin <= CLOCK_STEP_MS)
        return INT64_MAX;
    const int64_t step = (b_begin - a_end) % clock_turn_ms;
    return step < -clock_turn_ms / 2 ? step + clock_turn_ms : step;
}

/* Whether the clock continues from a to b, or b begins inside a, near its end. A camera whose clock
 * starts again with each clip begins it where a began. */
static bool clock_continues(const json_t *a, const json_t *b)
{
    const int64_t step = clock_step(a, b);
    if (step == INT64_MAX || step > CLOCK_STEP_MS || step < -OVERLAP_MS)
        return false;
    int64_t begin, end;
    return step >= -CLOCK_STEP_MS ||
           (times_of(a, &begin, &end) && end - begin + step > CLOCK_STEP_MS);
}

static bool created(const json_t *probe, int64_t *ms)
{
    struct tm tm = {0};
    const char *text = json_get_string(probe, "creation_time", NULL);
    const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    const time_t t = rest ? timegm(&tm) : 0;
    *ms = (int64_t)t * 1000 + (rest && *rest == '.' ? (int64_t)(atof(rest) * 1000) : 0);
    return t > 0;
}

/* Whether b was created when a ended. */
static bool created_after(const json_t *a, const json_t *b)
{
    int64_t at_a, at_b;
    const int64_t length = json_get_int(a, "duration_ms", 0);
    return length > CREATED_STEP_MS && created(a, &at_a) && created(b, &at_b) &&
           llabs(at_b - at_a - length) <= CREATED_STEP_MS;
}

static bool about(int64_t a, int64_t b)
{
    return llabs(a - b) < (a > b ? a : b) / SAME_SIZE_PARTS;
}

bool join_size_is_limit(int64_t size)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (size <= limits[i] && size > limits[i] / 50 * 49)
            return true;
    return false;
}

bool join_sizes_are_full(int64_t a, int64_t b)
{
    return about(a, b) && a >= least_full_bytes && b >= least_full_bytes;
}

/* Whether the camera ended the file because of its size, so that another must follow: the size is a
 * limit of file systems, or another file of the row has it too (the last one can have any size). */
static bool full(const struct join_file *row, size_t nb, size_t at)
{
    return join_size_is_limit(row[at].size) ||
           (row[at].twin && at + 1 < nb && row[at].size >= least_full_bytes);
}

static int by_size(const void *pa, const void *pb)
{
    const struct join_file *a = *(struct join_file *const *)pa, *b = *(struct join_file *const *)pb;
    return (a->size > b->size) - (a->size < b->size);
}

/* The last one is left out. The nearest in size is beside a file when they are sorted. */
static void find_twins(struct join_file *row, size_t nb)
{
    if (nb < 3)
        return;
    AUTO_FREE struct join_file **sorted = mem_zalloc(nb - 1, sizeof *sorted);
    for (size_t i = 0; i + 1 < nb; i++)
        sorted[i] = &row[i];
    qsort(sorted, nb - 1, sizeof *sorted, by_size);
    for (size_t i = 1; i + 1 < nb; i++)
        if (about(sorted[i - 1]->size, sorted[i]->size))
            sorted[i - 1]->twin = sorted[i]->twin = true;
}

static bool follows(const struct join_file *row, size_t nb, size_t at)
{
    const struct join_file *a = &row[at - 1], *b = &row[at];
    if (b->name.number != a->name.number + 1)
        return false;
    if (b->inside_of_joined)
        return true;
    if (!a->probe || !b->probe || json_object_get(a->probe, "error") ||
        json_object_get(b->probe, "error"))
        return false;
    return b->name.chapter || full(row, nb, at - 1) || clock_continues(a->probe, b->probe) ||
           created_after(a->probe, b->probe);
}

/* --- reasons not to join ---------------------------------------------------------------------- */

/* The streams of a kind, without covers, which have a single packet. */
static size_t count_streams(const json_t *probe, const char *type)
{
    size_t i, nb = 0;
    json_t *stream;
    json_array_foreach(json_object_get(probe, "streams"), i, stream)
        nb += strcmp(json_get_string(stream, "type", ""), type) == 0 &&
              json_get_int(stream, "packets", 0) != 1;
    return nb;
}

/* Each stream must go on in the next file; one more there does no harm. */
static char *missing_stream(const json_t *a, const json_t *b)
{
    static const char *const types[][2] = {{"video", "pictures"}, {"audio", "sound"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const size_t nb = count_streams(a, types[i][0]), nb_next = count_streams(b, types[i][0]);
        if (nb > nb_next)
            return mem_printf("number of streams of %s (%zu, %zu)", types[i][1], nb, nb_next);
    }
    return NULL;
}

/* What differs between the files, a new string, or NULL. */
static char *difference(const json_t *a, const json_t *b)
{
    static const struct {
        const char *kind, *key, *word;
    } facts[] = {
        {"video", "codec", "codec of the picture"},
        {"video", "width", "width of the picture"},
        {"video", "height", "height of the picture"},
        {"audio", "codec", "codec of the sound"},
        {"audio", "rate", "sample rate"},
        {"audio", "channels", "channels"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const json_t *va = json_object_get(stream_of(a, facts[i].kind), facts[i].key);
        const json_t *vb = json_object_get(stream_of(b, facts[i].kind), facts[i].key);
        if (json_equal(va, vb) || (!va && !vb))
            continue;
        AUTO_FREE char *ta = va ? json_compact(va) : mem_strdup("none");
        AUTO_FREE char *tb = vb ? json_compact(vb) : mem_strdup("none");
        return mem_printf("%s (%s, %s)", facts[i].word, ta, tb);
    }
    const char *ca = json_get_string(a, "container", ""), *cb = json_get_string(b, "container", "");
    return strcmp(ca, cb) == 0 ? missing_stream(a, b) : mem_printf("container (%s, %s)", ca, cb);
}

struct reporter {
    void (*say)(void *opaque, const char *line);
    void *opaque;
    size_t nb;
    bool quiet;                    /* the row was reported before */
    const struct join_file *files; /* all of them */
    size_t nb_files;
};

static void report(struct reporter *t, char *line)
{
    if (!t->quiet) {
        t->nb++;
        t->say(t->opaque, line);
    }
    free(line);
}

/* The file's name, or its path where another file has the same name. */
static const char *shown(const struct reporter *t, const struct join_file *file)
{
    const char *name = fs_basename(file->path);
    for (size_t i = 0; i < t->nb_files; i++)
        if (strcmp(fs_basename(t->files[i].path), name) == 0 &&
            strcmp(t->files[i].path, file->path) != 0)
            return file->path;
    return name;
}

/* Reports that the files with the numbers [from, to) are missing. before: the file before them, or
 * NULL. */
static void report_missing(struct reporter *t, int from, int to, const struct join_file *before,
                           const struct join_file *after)
{
    char first[512], last[512];
    join_name_of(first, sizeof first, &after->name, from);
    join_name_of(last, sizeof last, &after->name, to - 1);
    AUTO_FREE char *which = from + 1 == to ? mem_printf("'%s' is missing", first)
                                           : mem_printf("'%s' to '%s' are missing", first, last);
    const char *next = shown(t, after);
    report(t, before ? mem_printf("%s: '%s' and '%s' are not joined across the gap", which,
                                  shown(t, before), next)
                     : mem_printf("%s: '%s' is not the beginning of its recording", which, next));
}

/* Whether the row's files at - 1 and at are of one recording, with files missing between them. The
 * names show this for chapters only: the clips of a camera lack numbers if some were deleted. */
static bool gap(const struct join_file *row, size_t nb, size_t at)
{
    const struct join_file *a = &row[at - 1], *b = &row[at];
    const int nb_missing = b->name.number - a->name.number - 1;
    if (nb_missing <= 0)
        return false;
    if (b->name.chapter || full(row, nb, at - 1))
        return true;
    const int64_t step = a->probe && b->probe ? clock_step(a->probe, b->probe) : INT64_MAX;
    return step > CLOCK_STEP_MS && step != INT64_MAX &&
           step <= json_get_int(a->probe, "duration_ms", 0) * 3 / 2 * nb_missing;
}

/* Joins nothing on either side of a gap, as the whole recording is unknown. */
static void leave_apart(struct join_file *row, size_t nb, size_t at)
{
    for (size_t i = at; i < nb && (i == at || row[i].continues); i++)
        if (!row[i].inside_of_joined)
            row[i].continues = false;
    for (size_t i = at; i-- > 0 && row[i].continues;)
        if (!row[i].inside_of_joined)
            row[i].continues = false;
}

static void judge_row(struct join_file *row, size_t nb, struct reporter *t)
{
    find_twins(row, nb);
    t->quiet = true;
    for (size_t i = 0; i < nb; i++)
        t->quiet = t->quiet && row[i].old;
    for (size_t i = 1; i < nb; i++) {
        row[i].continues = follows(row, nb, i);
        if (!row[i].continues || row[i].inside_of_joined)
            continue;
        AUTO_FREE char *what = difference(row[i - 1].probe, row[i].probe);
        if (!what)
            continue;
        row[i].continues = false;
        report(t,
               mem_printf("'%s' and '%s' look like one recording, but are not joined: they differ "
                          "in the %s",
                          shown(t, &row[i - 1]), shown(t, &row[i]), what));
    }
    if (row->name.chapter && row->name.number > row->name.first) {
        report_missing(t, row->name.first, row->name.number, NULL, row);
        for (size_t i = 1; i < nb && row[i].continues; i++)
            row[i].continues = row[i].inside_of_joined;
    }
    for (size_t i = 1; i < nb; i++)
        if (gap(row, nb, i)) {
            report_missing(t, row[i - 1].name.number + 1, row[i].name.number, &row[i - 1], &row[i]);
            leave_apart(row, nb, i);
        }
}

size_t join_find(struct join_file *files, size_t nb, void (*say)(void *opaque, const char *line),
                 void *opaque)
{
    struct reporter t = {.say = say, .opaque = opaque, .files = files, .nb_files = nb};
    for (size_t i = 0; i < nb; i++) {
        files[i].named = join_name_parse(&files[i].name, fs_basename(files[i].path));
        files[i].twin = files[i].continues = false;
    }
    if (nb)
        qsort(files, nb, sizeof *files, by_row);
    for (size_t i = 0, end; i < nb; i = end) {
        for (end = i + 1; end < nb && same_row(&files[i], &files[end]); end++)
            ;
        if (files[i].named)
            judge_row(files + i, end - i, &t);
    }
    return t.nb;
}
