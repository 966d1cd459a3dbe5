#include "event.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "datetime.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "store.h"
#include "str.h"
#include "yaml_json.h"

static const char settings_file[] = "talkpress.yaml", store_file[] = "talkpress.db";

/* What a new event makes; names apart by ", ". */
#define DEFAULT_RENDITIONS "mp4-720, mp4-360, av1-720, opus"

/* The settings file of a new event: every setting with its default, so that it documents itself. */
static const char settings_template[] =
    "# Settings of this event. A line that begins with # shows a default.\n"
    "\n"
    "# What is made of every part; each is a file of pipeline/renditions/, or of a folder\n"
    "# renditions/ here beside. Ready too: mp4-1080, av1-1080, mp4-archive and av1-archive (near "
    "the\n"
    "# recording), vp9-720 (takes five times as long as av1-720).\n"
    "renditions: [" DEFAULT_RENDITIONS "]\n"
    "# fast: H.264 less sharp, all in 0.8 of the time; small: AV1 in six times its time, a "
    "quarter\n"
    "# smaller.\n"
    "# effort: balanced\n"
    "\n"
    "# A recording may differ from its listed time by so many seconds.\n"
    "# tolerance_s: 2\n"
    "# Where the programme is a timetable: a talk may run over its slot by so many seconds.\n"
    "# overrun_s: 300\n"
    "\n"
    "# The event, where its programme does not say so or says it wrongly. The zone is for times\n"
    "# without one, and may stand alone: 'timezone: Europe/Berlin'.\n"
    "event:\n"
    "  # name: Tiny Conference 2021\n"
    "  # place: Ghent, Belgium\n"
    "  # dates: 2021-05-04 to 2021-05-05\n"
    "  # zone: Europe/Brussels\n"
    "  # language: eng\n"
    "  # licence: \"CC BY 4.0\"\n"
    "\n"
    "card:\n"
    "  # seconds: 5\n"
    "  # fade_ms: 500\n"
    "  # An ASS script to lay the card out; pictures, in this folder or with a full path.\n"
    "  # template: cards/title.ass\n"
    "  # logo: logo.png\n"
    "  # background: background.jpg\n"
    "\n"
    "# loudness_lufs: -16\n"
    "# true_peak_dbtp: -1\n"
    "\n"
    "# Spoken language (ISO 639-2; else what the recording says) and a comment for the tags of\n"
    "# every file (else the talk's abstract).\n"
    "# language: eng\n"
    "# comment: \"CC BY 4.0\"\n"
    "\n"
    "# Worker processes, by default one per core, and with AV1 one more for each eight; one that\n"
    "# makes no progress for stall_s seconds is stopped.\n"
    "# workers: 2\n"
    "# stall_s: 300\n"
    "# Workers read recordings in a sandbox (docs/sandbox.md); 'talkpress status' says what of it\n"
    "# this machine has. require: nothing runs without; off: none, to look for faults.\n"
    "# sandbox: best-effort\n";

int event_data_file(char **out, const char *dir, const char *name, struct err *err)
{
    const char *env = getenv("TALKPRESS_DATA");
    AUTO_FREE char *in_source = mem_printf("%s/pipeline", TALKPRESS_SOURCE_DIR);
    const char *const places[] = {dir, env, TALKPRESS_DATA_DIR, in_source};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        AUTO_FREE char *path = places[i] ? fs_join(places[i], name) : NULL;
        if (path && fs_exists(path)) {
            *out = mem_take(&path);
            return 0;
        }
    }
    return err_set(err, ERR_NOT_FOUND, "'%s' is neither in '%s' nor in '%s'", name, dir ? dir : ".",
                   TALKPRESS_DATA_DIR);
}

int event_default_renditions(char ***out, size_t *out_nb, struct err *err)
{
    char **paths = NULL, *rest = NULL;
    AUTO_FREE char *names = mem_strdup(DEFAULT_RENDITIONS);
    size_t nb = 0;
    for (char *name = strtok_r(names, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
        AUTO_FREE char *file = mem_printf("renditions/%s.yaml", name);
        paths = mem_grow(paths, nb, sizeof *paths);
        if (event_data_file(&paths[nb], NULL, file, err) < 0) {
            mem_free_strings(paths, nb);
            return err->code;
        }
        nb++;
    }
    *out = paths;
    *out_nb = nb;
    return 0;
}

int event_init(const char *dir, struct err *err)
{
    AUTO_FREE char *settings = fs_join(dir, settings_file), *db = fs_join(dir, store_file);
    AUTO_FREE char *work = fs_join(dir, "work"), *out = fs_join(dir, "out");
    if (fs_exists(db))
        return err_set(err, ERR_INVALID, "'%s' is an event's folder already", dir);
    if (fs_mkdirs(dir, err) < 0 || fs_mkdirs(work, err) < 0 || fs_mkdirs(out, err) < 0)
        return err->code;
    if (!fs_exists(settings) &&
        fs_write_atomic(settings, settings_template, strlen(settings_template), err) < 0)
        return err->code;
    return store_create(db, err);
}

/* --- settings -------------------------------------------------------------------------------- */

static int check_keys(const json_t *map, const char *const *known, size_t nb_known,
                      const char *where, struct err *err)
{
    for (void *it = json_object_iter((json_t *)(uintptr_t)map); it;
         it = json_object_iter_next((json_t *)(uintptr_t)map, it)) {
        const char *key = json_object_iter_key(it);
        size_t i = 0;
        while (i < nb_known && strcmp(key, known[i]) != 0)
            i++;
        if (i == nb_known)
            return err_set(err, ERR_INVALID, "%s: there is no setting '%s'", where, key);
    }
    return 0;
}

static int number(double *out, const json_t *map, const char *key, double fallback, double least,
                  double most, const char *where, struct err *err)
{
    const json_t *v = json_object_get(map, key);
    *out = fallback;
    if (!v || json_is_null(v))
        return 0;
    if (!json_is_number(v) || json_number_value(v) < least || json_number_value(v) > most)
        return err_set(err, ERR_INVALID, "%s: '%s' should be a number from %g to %g", where, key,
                       least, most);
    *out = json_number_value(v);
    return 0;
}

static int text(const json_t *map, const char *key, const char *where, struct err *err)
{
    const json_t *v = json_object_get(map, key);
    return !v || json_is_null(v) || json_is_string(v)
               ? 0
               : err_set(err, ERR_INVALID, "%s: '%s' should be a text: put it in quotes", where,
                         key);
}

static int check_texts(const json_t *map, const json_t *card, const char *where, struct err *err)
{
    static const char *const texts[] = {"language", "comment", "sandbox", "effort", "timezone"};
    static const char *const card_texts[] = {"template", "logo", "background"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (text(map, texts[i], where, err) < 0)
            return err->code;
    for (size_t i = 0; i < sizeof card_texts / sizeof *card_texts; i++)
        if (text(card, card_texts[i], where, err) < 0)
            return err->code;
    return 0;
}

int event_cores(void)
{
    cpu_set_t set;
    const int nb = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return nb > 0 ? nb : 1;
}

static int read_numbers(struct settings *s, const char *where, struct err *err)
{
    const json_t *card = json_object_get(s->json, "card");
    double tolerance, overrun, seconds, fade, workers, stall;
    if (number(&tolerance, s->json, "tolerance_s", 2, 0, 3600, where, err) < 0 ||
        number(&overrun, s->json, "overrun_s", 300, 0, 86400, where, err) < 0 ||
        number(&seconds, card, "seconds", 5, 1, 60, where, err) < 0 ||
        number(&fade, card, "fade_ms", 500, 0, 5000, where, err) < 0 ||
        number(&s->target_lufs, s->json, "loudness_lufs", -16, -40, -5, where, err) < 0 ||
        number(&s->ceiling_dbtp, s->json, "true_peak_dbtp", -1, -20, 0, where, err) < 0 ||
        number(&workers, s->json, "workers", event_cores(), 1, 1000, where, err) < 0 ||
        number(&stall, s->json, "stall_s", 300, 1, 86400, where, err) < 0)
        return err->code;
    s->limits.tolerance_ms = (int)(tolerance * 1000);
    s->limits.overrun_ms = (int)(overrun * 1000);
    s->card_ms = (int)(seconds * 1000);
    s->card_fade_ms = (int)fade;
    s->workers = (int)workers;
    s->stall_s = (int)stall;
    return 0;
}

static int read_sandbox(struct settings *s, const char *where, struct err *err)
{
    return sandbox_mode_parse(&s->sandbox, json_get_string(s->json, "sandbox", "best-effort"))
               ? 0
               : err_set(err, ERR_INVALID, "%s: 'sandbox' should be require, best-effort or off",
                         where);
}

/* SVT-AV1 has threads of its own, also where it is told to use one core: now and then they have
 * little to do and their worker waits for them. One more worker takes what is left: 7 % less time
 * on two cores. */
static int workers_by_default(const struct settings *s)
{
    const int cores = event_cores();
    for (size_t i = 0; i < s->nb_renditions; i++)
        if (strcmp(json_get_string(s->renditions[i].video, "encoder", ""), "libsvtav1") == 0)
            return cores + (cores + 7) / 8;
    return cores;
}

/* A picture named in the settings: relative to the event's folder. */
static char *picture(const struct event *e, const json_t *card, const char *key)
{
    const char *name = json_get_string(card, key, NULL);
    if (!name || name[0] == '/')
        return mem_strdup(name);
    return fs_join(e->dir, name);
}

static int read_renditions(struct event *e, const char *where, struct err *err)
{
    struct settings *s = &e->settings;
    const json_t *list = json_object_get(s->json, "renditions");
    const size_t nb = json_array_size(list);
    if (!nb)
        return err_set(err, ERR_INVALID, "%s: 'renditions' should be a list of names", where);
    enum rendition_effort effort;
    if (!rendition_effort_parse(&effort, json_get_string(s->json, "effort", "balanced")))
        return err_set(err, ERR_INVALID, "%s: 'effort' should be fast, balanced or small", where);
    s->renditions = mem_zalloc(nb, sizeof *s->renditions);
    for (size_t i = 0; i < nb; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || strchr(name, '/'))
            return err_set(err, ERR_INVALID, "%s: 'renditions' should be a list of names", where);
        AUTO_FREE char *file = mem_printf("renditions/%s.yaml", name), *path = NULL;
        if (event_data_file(&path, e->dir, file, err) < 0)
            return err_prefix(err, "%s names the rendition '%s': ", where, name);
        if (rendition_read(&s->renditions[s->nb_renditions], path, effort, err) < 0)
            return err->code;
        s->nb_renditions++;
        for (size_t k = 0; k + 1 < s->nb_renditions; k++)
            if (strcmp(s->renditions[k].suffix, s->renditions[i].suffix) == 0)
                return err_set(err, ERR_INVALID,
                               "%s: renditions '%s' and '%s' would publish under one name (%s)",
                               where, s->renditions[k].name, name, s->renditions[i].suffix);
    }
    return 0;
}

/* "2010-04-28", or two days with anything between them. */
static int read_dates(struct event_about *a, const char *text, const char *where, struct err *err)
{
    enum { DAY_CHARS = sizeof "2010-04-28" - 1 };
    const size_t nb = text ? strlen(text) : 0;
    struct datetime first = {0}, last = {0};
    if (!text)
        return 0;
    AUTO_FREE char *begin = mem_printf("%.*s", (int)DAY_CHARS, text);
    AUTO_FREE char *end = mem_strdup(nb > 2 * DAY_CHARS ? text + nb - DAY_CHARS : begin);
    if (!datetime_parse_iso(&first, begin) || !datetime_parse_iso(&last, end) ||
        (nb != DAY_CHARS && nb <= 2 * DAY_CHARS) || strcmp(begin, end) > 0)
        return err_set(err, ERR_INVALID,
                       "%s: 'dates' should be a day or two: 2010-04-28 to 2010-04-29", where);
    a->begin = mem_take(&begin);
    a->end = mem_take(&end);
    return 0;
}

static int read_about(struct settings *s, const char *where, struct err *err)
{
    static const char *const known[] = {"name", "place", "dates", "zone", "language", "licence"};
    const size_t nb = sizeof known / sizeof *known;
    const json_t *map = json_object_get(s->json, "event");
    struct event_about *a = &s->about;
    if (map && !json_is_object(map) && !json_is_null(map))
        return err_set(err, ERR_INVALID,
                       "%s: 'event' should be lines of 'name: value' below it, indented", where);
    if (check_keys(map, known, nb, where, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        if (text(map, known[i], where, err) < 0)
            return err->code;
    const char *zone = json_get_string(map, "zone", json_get_string(s->json, "timezone", NULL));
    if (zone && !datetime_is_zone(zone))
        return err_set(err, ERR_INVALID,
                       "%s: '%s' is not a time zone: write one like 'Europe/Berlin'", where, zone);
    a->name = mem_strdup(json_get_string(map, "name", NULL));
    a->place = mem_strdup(json_get_string(map, "place", NULL));
    a->licence = mem_strdup(json_get_string(map, "licence", NULL));
    a->zone = mem_strdup(zone);
    s->language =
        mem_strdup(json_get_string(s->json, "language", json_get_string(map, "language", NULL)));
    return read_dates(a, json_get_string(map, "dates", NULL), where, err);
}

static void replace(char **text, const char *by)
{
    if (!by)
        return;
    free(*text);
    *text = mem_strdup(by);
}

/* The start of a talk with the offset of the zone, if it has a time. */
static void set_zone(struct talk *t, const char *zone)
{
    struct datetime when;
    if (!t->start || !datetime_parse_iso(&when, t->start) || !when.has_time)
        return;
    datetime_set_zone(&when, zone);
    char *start = datetime_format(&when);
    if (!start)
        return;
    free(t->start);
    t->start = start;
}

void event_complete_programme(const struct event *e, struct programme *p)
{
    const struct event_about *a = &e->settings.about;
    replace(&p->name, a->name);
    replace(&p->place, a->place);
    replace(&p->begin, a->begin);
    replace(&p->end, a->end);
    for (size_t i = 0; a->zone && i < p->nb_talks; i++)
        set_zone(&p->talks[i], a->zone);
}

static int read_settings(struct event *e, struct err *err)
{
    static const char *const known[] = {"renditions", "tolerance_s",   "overrun_s",      "card",
                                        "language",   "loudness_lufs", "true_peak_dbtp", "comment",
                                        "workers",    "stall_s",       "sandbox",        "effort",
                                        "event",      "timezone"};
    static const char *const known_card[] = {"seconds", "fade_ms", "template", "logo",
                                             "background"};
    struct settings *s = &e->settings;
    AUTO_FREE char *path = fs_join(e->dir, settings_file);
    AUTO_FREE char *where = mem_printf("'%s'", path);
    if (yaml_json_read(&s->json, path, err) < 0)
        return err->code;
    if (!json_is_object(s->json))
        return err_set(err, ERR_INVALID, "%s: settings should be lines of 'name: value'", where);
    const json_t *card = json_object_get(s->json, "card");
    if (card && !json_is_object(card) && !json_is_null(card))
        return err_set(err, ERR_INVALID,
                       "%s: 'card' should be lines of 'name: value' below it, indented", where);
    if (check_keys(s->json, known, sizeof known / sizeof *known, where, err) < 0 ||
        check_keys(card, known_card, sizeof known_card / sizeof *known_card, where, err) < 0 ||
        check_texts(s->json, card, where, err) < 0 || read_numbers(s, where, err) < 0 ||
        read_sandbox(s, where, err) < 0 || read_about(s, where, err) < 0 ||
        read_renditions(e, where, err) < 0)
        return err->code;
    if (!json_is_number(json_object_get(s->json, "workers")))
        s->workers = workers_by_default(s);
    s->comment = mem_strdup(json_get_string(s->json, "comment", NULL));
    s->card_logo = picture(e, card, "logo");
    s->card_background = picture(e, card, "background");
    return event_data_file(&s->card_template, e->dir,
                           json_get_string(card, "template", "cards/title.ass"), err);
}

static void settings_finish(struct settings *s)
{
    for (size_t i = 0; i < s->nb_renditions; i++)
        rendition_finish(&s->renditions[i]);
    free(s->renditions);
    free(s->card_template);
    free(s->card_logo);
    free(s->card_background);
    free(s->language);
    free(s->about.name);
    free(s->about.place);
    free(s->about.begin);
    free(s->about.end);
    free(s->about.zone);
    free(s->about.licence);
    free(s->comment);
    json_decref(s->json);
}

/* --- the folder ------------------------------------------------------------------------------ */

int event_open(struct event *out, const char *dir, struct err *err)
{
    AUTO_EVENT e = {.lock = -1, .work_dir = -1};
    e.dir = realpath(dir, NULL);
    if (!e.dir)
        return err_errno(err, errno, "cannot open the folder '%s'", dir);
    e.work = fs_join(e.dir, "work");
    e.out = fs_join(e.dir, "out");
    AUTO_FREE char *db = fs_join(e.dir, store_file);
    if (store_open(&e.store, db, err) < 0 || read_settings(&e, err) < 0)
        return err->code;
    if (fs_mkdirs(e.work, err) < 0 || fs_mkdirs(e.out, err) < 0)
        return err->code;
    e.work_dir = open(e.work, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (e.work_dir < 0)
        return err_errno(err, errno, "cannot open the folder '%s'", e.work);
    *out = e;
    e = (struct event){.lock = -1};
    return 0;
}

void event_close(struct event *e)
{
    store_close_p(&e->store);
    settings_finish(&e->settings);
    if (e->lock >= 0)
        close(e->lock);
    if (e->work && e->work_dir >= 0)
        close(e->work_dir);
    free(e->dir);
    free(e->work);
    free(e->out);
    *e = (struct event){.lock = -1};
}

int event_lock(struct event *e, struct err *err)
{
    AUTO_FREE char *path = fs_join(e->work, "lock");
    /* The lock goes with the process, however it ends; the text in the file only says who. */
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_errno(err, errno, "cannot open '%s'", path);
    char who[64] = "";
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        const int failed = errno;
        const ssize_t n = pread(fd, who, sizeof who - 1, 0);
        who[n > 0 ? n : 0] = '\0';
        close(fd);
        if (failed != EWOULDBLOCK)
            return err_errno(err, failed, "cannot lock '%s'", path);
        return err_set(err, ERR_BUSY,
                       "another talkpress works on '%s' (process %s): wait for it, "
                       "or stop it with Ctrl-C",
                       e->dir, *who ? who : "unknown");
    }
    const int n = snprintf(who, sizeof who, "%d", (int)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, who, (size_t)n, 0) != n) {
        const int failed = errno;
        close(fd);
        return err_errno(err, failed, "cannot write '%s'", path);
    }
    e->lock = fd;
    return 0;
}
