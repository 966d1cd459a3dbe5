#include "fuzz_event.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fs.h"
#include "fuzz.h"
#include "mem.h"
#include "programme.h"
#include "recordings.h"
#include "store.h"

static const char settings[] = "renditions: [mp4-360, opus]\nworkers: 1\n";

void fuzz_put(const void *bytes, size_t nb, const char *path_fmt, ...)
{
    char *name = NULL;
    va_list args;
    va_start(args, path_fmt);
    const int len = vasprintf(&name, path_fmt, args);
    va_end(args);
    if (len < 0)
        abort();
    AUTO_FREE char *path = name, *dir = fs_dirname(path);
    struct err err = {0};
    FILE *f = fs_mkdirs(dir, &err) < 0 ? NULL : fopen(path, "wb");
    if (!f || (nb && fwrite(bytes, 1, nb, f) != nb) || fclose(f) != 0)
        fuzz_broken(path, err.code ? err.msg : strerror(errno));
}

static int add_programme(struct event *event, struct err *err)
{
    AUTO_PROGRAMME programme = {.name = mem_strdup("Small Summit"),
                                .begin = mem_strdup("2024-04-28")};
    struct talk *talk = programme_add_talk(&programme, 1);
    talk->title = mem_strdup("Long Talk");
    talk_add_part(talk, 2);
    talk_add_part(talk, 2);
    talk = programme_add_talk(&programme, 2);
    talk->title = mem_strdup("Short Talk");
    talk_add_part(talk, 3);
    return store_set_programme(event->store, &programme, err);
}

static int add_recording(struct event *event, int talk, struct err *err)
{
    struct recording_file file;
    AUTO_FREE char *path = mem_printf("%s/talk-%d.mp4", event->dir, talk);
    fuzz_put(&talk, sizeof talk, "%s", path);
    if (recording_look(&file, path, NULL, err) < 0)
        return err->code;
    struct recording recording;
    recording_of_files(&recording, &file, 1, false);
    int ret = store_set_recording(event->store, &recording, err);
    if (ret == 0)
        ret = store_choose_match(event->store, talk, 0, recording.fingerprint, err);
    recording_finish(&recording);
    free(file.path);
    return ret;
}

char *fuzz_event(void)
{
    AUTO_FREE char *dir = fs_join(fuzz_folder(), "event");
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1};
    setenv("TALKPRESS_DATA", SOURCE_DIR "/pipeline", 1);
    if (fs_exists(dir))
        return mem_take(&dir);
    if (event_init(dir, &err) < 0)
        fuzz_broken(dir, err.msg);
    fuzz_put(settings, sizeof settings - 1, "%s/talkpress.yaml", dir);
    if (event_open(&event, dir, &err) < 0 || add_programme(&event, &err) < 0 ||
        add_recording(&event, 1, &err) < 0 || add_recording(&event, 2, &err) < 0)
        fuzz_broken(dir, err.msg);
    return mem_take(&dir);
}
