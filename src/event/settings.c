#include "settings.h"

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data_file.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "setting_checks.h"
#include "yaml_json.h"

static const char settings_file[] = "talkpress.yaml";

/* The renditions of a new event, separated by ", ". */
#define DEFAULT_RENDITIONS "mp4-720, mp4-360, av1-720, opus"

/* The settings file of a new event. It names every setting, so that it documents itself. */
static const char settings_template[] =
    "# Settings of this event. A setting after '#' shows its default or an example.\n"
    "\n"
    "# The output formats that are made of every part. NAME.yaml describes NAME; it is in the\n"
    "# folder renditions/ beside this file, or comes with talkpress. Also available: mp4-1080 and\n"
    "# av1-1080; mp4-archive and av1-archive (quality close to the recording); vp9-720 (takes\n"
    "# five times as long as av1-720); m4a and mp3 (sound alone, for podcasts).\n"
    "renditions: [" DEFAULT_RENDITIONS "]\n"
    "# fast: softer H.264, 20 % less time. small: AV1 takes six times as long, for a quarter\n"
    "# fewer bytes.\n"
    "# effort: balanced\n"
    "\n"
    "# The largest accepted difference between a talk's length and its listed time, in seconds.\n"
    "# tolerance_s: 2\n"
    "# If the programme is a timetable: how far a talk may run over its slot, in seconds.\n"
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
    "  # The ASS script that lays out the card, and pictures. Paths are relative to this file.\n"
    "  # template: cards/title.ass\n"
    "  # logo: logo.png\n"
    "  # background: background.jpg\n"
    "  # Titles for cards alone, by talk, where the real one is too long.\n"
    "  # titles: {12: \"A shorter title\"}\n"
    "\n"
    "# The loudness and the highest true peak of the published sound.\n"
    "# loudness_lufs: -16\n"
    "# true_peak_dbtp: -1\n"
    "\n"
    "# Tags of every file: the spoken language (ISO 639-2; default: the recording's), and a\n"
    "# comment (default: the talk's abstract).\n"
    "# language: eng\n"
    "# comment: \"CC BY 4.0\"\n"
    "\n"
    "# Caption files, and recordings with captions in them, whose text is published although it\n"
    "# is no language (positions or camera data; 'talkpress status TALK' names them).\n"
    "# captions: {take: [DJI_0001.SRT]}\n"
    "\n"
    "# Pages to look at what is published, out/index.html. Their templates come with talkpress; "
    "to\n"
    "# change them, copy that folder to 'site' beside this file. 'site: off': no pages, and no\n"
    "# contact sheet. base_url, the address of out/ on the web, gives feeds, and pages for search\n"
    "# engines; image is the podcasts' picture, a square of 1400 to 3000 pixels.\n"
    "# site: {base_url: \"https://example.org/videos/\", image: podcast.jpg}\n"
    "\n"
    "# Small pictures of each part, which players show while somebody seeks. 'off': none.\n"
    "# storyboards: on\n"
    "\n"
    "# Where 'talkpress publish --send' copies out/ to: destinations of rsync, or remotes of "
    "rclone\n"
    "# (NAME:PATH). after: a command that runs when something changed there.\n"
    "# tries: how often it is tried while the network fails (4; at most 100).\n"
    "# publish: {to: [\"user@example.org:/srv/videos/\"], after: \"./tell-the-others\"}\n"
    "\n"
    "# Programs in hooks/ beside this file are notified of what happened: after-import, "
    "needs-person,\n"
    "# after-publish, after-run, failed (docs/hooks.md). Each may take so many seconds. 'off': "
    "none.\n"
    "# hooks: {seconds: 60}\n"
    "\n"
    "# The number of worker processes. Default: one per core; with AV1, one more per eight cores.\n"
    "# workers: 2\n"
    "# A worker that makes no progress for this many seconds is stopped.\n"
    "# stall_s: 300\n"
    "# Workers read recordings in a sandbox (docs/sandbox.md). 'talkpress status' shows which\n"
    "# parts of it this machine supports. require: no run without it. off: none, for debugging.\n"
    "# sandbox: best-effort\n"
    "\n"
    "# Where 'talkpress run' has its jobs done: local, on this machine, or slurm, on a cluster\n"
    "# (docs/cluster.md). What each task is given, and how many there are at once:\n"
    "# executor: {slurm: {partition: main, account: media, time: \"2:00:00\", memory: 8G,\n"
    "#                    tasks: 8, cores: 4, options: [\"--qos=long\"]}}\n";

int settings_create(const char *dir, struct err *err)
{
    AUTO_FREE char *path = fs_join(dir, settings_file);
    return fs_exists(path)
               ? 0
               : fs_write_atomic(path, settings_template, strlen(settings_template), err);
}

int settings_default_renditions(char ***out, size_t *out_nb, struct err *err)
{
    char **paths = NULL, *rest = NULL;
    AUTO_FREE char *names = mem_strdup(DEFAULT_RENDITIONS);
    size_t nb = 0;
    for (char *name = strtok_r(names, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
        AUTO_FREE char *file = mem_printf("renditions/%s.yaml", name);
        paths = mem_grow(paths, nb, sizeof *paths);
        if (data_file_find(&paths[nb], NULL, file, err) < 0) {
            mem_free_strings(paths, nb);
            return err->code;
        }
        nb++;
    }
    *out = paths;
    *out_nb = nb;
    return 0;
}

bool settings_have_picture(const struct settings *s)
{
    for (size_t i = 0; i < s->nb_renditions; i++)
        if (s->renditions[i].video)
            return true;
    return false;
}

int settings_cores(void)
{
    cpu_set_t set;
    const int nb = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return nb > 0 ? nb : 1;
}

/* --- reading -------------------------------------------------------------------------------- */

static int check_texts(const json_t *map, const json_t *card, const char *where, struct err *err)
{
    static const char *const texts[] = {"language", "comment",  "sandbox",
                                        "effort",   "timezone", "storyboards"};
    static const char *const card_texts[] = {"template", "logo", "background"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (setting_check_text(map, texts[i], where, err) < 0)
            return err->code;
    for (size_t i = 0; i < sizeof card_texts / sizeof *card_texts; i++)
        if (setting_check_text(card, card_texts[i], where, err) < 0)
            return err->code;
    return 0;
}

static int read_numbers(struct settings *s, const json_t *json, const char *where, struct err *err)
{
    const json_t *card = json_object_get(json, "card");
    double tolerance, overrun, seconds, fade, workers, stall;
    if (setting_number(&tolerance, json, "tolerance_s", 2, 0, 3600, where, err) < 0 ||
        setting_number(&overrun, json, "overrun_s", 300, 0, 86400, where, err) < 0 ||
        setting_number(&seconds, card, "seconds", 5, 1, 60, where, err) < 0 ||
        setting_number(&fade, card, "fade_ms", 500, 0, 5000, where, err) < 0 ||
        setting_number(&s->target_lufs, json, "loudness_lufs", -16, -40, -5, where, err) < 0 ||
        setting_number(&s->ceiling_dbtp, json, "true_peak_dbtp", -1, -20, 0, where, err) < 0 ||
        setting_number(&workers, json, "workers", settings_cores(), 1, 1000, where, err) < 0 ||
        setting_number(&stall, json, "stall_s", 300, 1, 86400, where, err) < 0)
        return err->code;
    s->limits.tolerance_ms = (int)(tolerance * 1000);
    s->limits.overrun_ms = (int)(overrun * 1000);
    s->card_ms = (int)(seconds * 1000);
    s->card_fade_ms = (int)fade;
    s->workers = (int)workers;
    s->stall_s = (int)stall;
    return 0;
}

static int read_card_titles(struct settings *s, const json_t *card, const char *where,
                            struct err *err)
{
    json_t *titles = json_object_get(card, "titles"), *title;
    const char *talk;
    bool good = !titles || json_is_null(titles) || json_is_object(titles);
    json_object_foreach(titles, talk, title)
        good = good && json_is_string(title) && *talk != '0' && strlen(talk) < sizeof "999999999" &&
               *talk && talk[strspn(talk, "0123456789")] == '\0';
    s->card_titles = json_incref(titles);
    return good ? 0
                : err_set(err, ERR_INVALID,
                          "%s: 'titles' of 'card' should be a text for each talk's number, as in "
                          "'titles: {12: \"A shorter title\"}'",
                          where);
}

static int read_sandbox(struct settings *s, const json_t *json, const char *where, struct err *err)
{
    return sandbox_mode_parse(&s->sandbox, json_get_string(json, "sandbox", "best-effort"))
               ? 0
               : err_set(err, ERR_INVALID, "%s: 'sandbox' should be require, best-effort or off",
                         where);
}

static int read_captions(struct settings *s, const json_t *json, const char *where, struct err *err)
{
    static const char *const known[] = {"take"};
    const json_t *captions = json_object_get(json, "captions");
    const json_t *take = json_object_get(captions, "take");
    const size_t nb = json_array_size(take);
    if (!captions || json_is_null(captions))
        return 0;
    s->captions_take = mem_zalloc(nb, sizeof *s->captions_take);
    for (const char *name; s->nb_captions_take < nb &&
                           (name = json_string_value(json_array_get(take, s->nb_captions_take)));)
        s->captions_take[s->nb_captions_take++] = mem_strdup(name);
    if (!json_is_object(captions) || (take && !json_is_array(take)) || s->nb_captions_take < nb)
        return err_set(err, ERR_INVALID,
                       "%s: 'captions' should name files, as in 'captions: {take: [a.srt]}'",
                       where);
    return setting_check_keys(captions, known, sizeof known / sizeof *known, "captions", where,
                              err);
}

static int read_storyboards(struct settings *s, const json_t *json, const char *where,
                            struct err *err)
{
    const char *word = json_get_string(json, "storyboards", "on");
    s->storyboards = strcmp(word, "on") == 0;
    return s->storyboards || strcmp(word, "off") == 0
               ? 0
               : err_set(err, ERR_INVALID, "%s: 'storyboards' should be on or off", where);
}

/* SVT-AV1 starts threads even if it is limited to one core. Sometimes they leave the core idle. One
 * more worker uses that time: 7 % less time on two cores. */
static int workers_by_default(const struct settings *s)
{
    const int cores = settings_cores();
    for (size_t i = 0; i < s->nb_renditions; i++)
        if (strcmp(json_get_string(s->renditions[i].video, "encoder", ""), "libsvtav1") == 0)
            return cores + (cores + 7) / 8;
    return cores;
}

/* The path of a picture that the settings name, relative to the event's folder; NULL: none. */
static char *picture(const char *dir, const json_t *card, const char *key)
{
    const char *name = json_get_string(card, key, NULL);
    if (!name || name[0] == '/')
        return mem_strdup(name);
    return fs_join(dir, name);
}

static int read_renditions(struct settings *s, const json_t *json, const char *dir,
                           const struct event_encoders *encoders, const char *where,
                           struct err *err)
{
    const json_t *list = json_object_get(json, "renditions");
    const size_t nb = json_array_size(list);
    if (!nb)
        return err_set(err, ERR_INVALID, "%s: 'renditions' should be a list of names", where);
    enum rendition_effort effort;
    if (!rendition_effort_parse(&effort, json_get_string(json, "effort", "balanced")))
        return err_set(err, ERR_INVALID, "%s: 'effort' should be fast, balanced or small", where);
    s->renditions = mem_zalloc(nb, sizeof *s->renditions);
    for (size_t i = 0; i < nb; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || strchr(name, '/'))
            return err_set(err, ERR_INVALID, "%s: 'renditions' should be a list of names", where);
        AUTO_FREE char *file = mem_printf("renditions/%s.yaml", name), *path = NULL;
        if (data_file_find(&path, dir, file, err) < 0)
            return err_prefix(err, "%s names rendition '%s': ", where, name);
        if (rendition_read(&s->renditions[s->nb_renditions], path, effort, encoders->here, err) < 0)
            return err->code;
        s->nb_renditions++;
        for (size_t k = 0; k + 1 < s->nb_renditions; k++)
            if (strcmp(s->renditions[k].suffix, s->renditions[i].suffix) == 0)
                return err_set(
                    err, ERR_INVALID,
                    "%s: renditions '%s' and '%s' would be published under the same name (%s)",
                    where, s->renditions[k].name, name, s->renditions[i].suffix);
    }
    return 0;
}

/* For messages alone: what a rendition has no settings for is left out. */
static void read_former(struct settings *s, const json_t *earlier)
{
    const size_t nb_sets = json_array_size(earlier);
    s->nb_former = nb_sets * s->nb_renditions;
    s->former = mem_zalloc(s->nb_former + 1, sizeof *s->former);
    for (size_t i = 0; i < s->nb_former; i++) {
        struct err ignored = {0};
        (void)!rendition_read_again(&s->former[i], &s->renditions[i % s->nb_renditions],
                                    json_array_get(earlier, i / s->nb_renditions), &ignored);
    }
}

static int read_all(struct settings *s, const char *dir, const struct event_encoders *encoders,
                    struct err *err)
{
    static const char *const known[] = {
        "renditions",    "tolerance_s",    "overrun_s", "card",    "language",
        "loudness_lufs", "true_peak_dbtp", "comment",   "workers", "stall_s",
        "sandbox",       "effort",         "captions",  "event",   "timezone",
        "site",          "storyboards",    "publish",   "hooks",   "executor"};
    static const char *const known_card[] = {"seconds", "fade_ms",    "template",
                                             "logo",    "background", "titles"};
    AUTO_FREE char *path = fs_join(dir, settings_file);
    AUTO_FREE char *where = mem_printf("'%s'", path);
    AUTO_JSON *json = NULL;
    if (yaml_json_read(&json, path, err) < 0)
        return err->code;
    if (!json_is_object(json))
        return err_set(err, ERR_INVALID, "%s: settings should be lines of 'name: value'", where);
    const json_t *card = json_object_get(json, "card");
    if (card && !json_is_object(card) && !json_is_null(card))
        return err_set(err, ERR_INVALID,
                       "%s: 'card' should be followed by indented lines of 'name: value'", where);
    if (setting_check_keys(json, known, sizeof known / sizeof *known, "", where, err) < 0 ||
        setting_check_keys(card, known_card, sizeof known_card / sizeof *known_card, "card", where,
                           err) < 0 ||
        check_texts(json, card, where, err) < 0 || read_numbers(s, json, where, err) < 0 ||
        read_card_titles(s, card, where, err) < 0 || read_sandbox(s, json, where, err) < 0 ||
        read_captions(s, json, where, err) < 0 || read_storyboards(s, json, where, err) < 0 ||
        site_settings_read(&s->site, json, dir, where, err) < 0 ||
        publish_settings_read(&s->publish, json, where, err) < 0 ||
        hook_settings_read(&s->hooks, json, where, err) < 0 ||
        executor_settings_read(&s->executor, json, where, err) < 0 ||
        event_about_read(&s->about, json, where, err) < 0 ||
        read_renditions(s, json, dir, encoders, where, err) < 0)
        return err->code;
    read_former(s, encoders->earlier);
    if (!json_is_number(json_object_get(json, "workers")))
        s->workers = workers_by_default(s);
    s->language = mem_strdup(json_get_string(json, "language", s->about.language));
    s->comment = mem_strdup(json_get_string(json, "comment", NULL));
    s->card_logo = picture(dir, card, "logo");
    s->card_background = picture(dir, card, "background");
    return data_file_find(&s->card_template, dir,
                          json_get_string(card, "template", "cards/title.ass"), err);
}

int settings_read(struct settings *out, const char *dir, const struct event_encoders *encoders,
                  struct err *err)
{
    struct settings s = {0};
    if (read_all(&s, dir, encoders, err) < 0) {
        settings_finish(&s);
        return err->code;
    }
    *out = s;
    return 0;
}

void settings_finish(struct settings *s)
{
    for (size_t i = 0; i < s->nb_renditions; i++)
        rendition_finish(&s->renditions[i]);
    free(s->renditions);
    for (size_t i = 0; i < s->nb_former; i++)
        rendition_finish(&s->former[i]);
    free(s->former);
    free(s->card_template);
    free(s->card_logo);
    free(s->card_background);
    json_decref(s->card_titles);
    free(s->language);
    free(s->comment);
    site_settings_finish(&s->site);
    publish_settings_finish(&s->publish);
    executor_settings_finish(&s->executor);
    event_about_finish(&s->about);
    mem_free_strings(s->captions_take, s->nb_captions_take);
    *s = (struct settings){0};
}
