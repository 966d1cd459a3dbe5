/*
 * site-time TEMPLATES TALKS [CAPTIONS-FOLDER]: prints how many seconds it takes to make the pages
 * of so many talks of 45 minutes, none of which is in out/ yet. With a folder: with captions of 900
 * cues each, of 30,000 words by Zipf's law, which are written there first if they are missing.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "captions.h"
#include "fs.h"
#include "mem.h"
#include "site.h"
#include "str.h"

enum { NB_CUES = 900, CUE_MS = 3000, NB_WORDS = 30000, WORDS_PER_CUE = 10 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t random_number(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* The n-th word is n in letters. */
static void add_word(struct str *out, uint32_t *seed)
{
    const double share = random_number(seed) / (double)(1 << 24);
    unsigned n = (unsigned)pow(NB_WORDS, share);
    str_add(out, " ");
    do {
        str_add_bytes(out, &"etaoinshrdlucmfw"[n % 16], 1);
        n /= 16;
    } while (n);
}

static void write_captions(const char *path, uint32_t seed)
{
    AUTO_CUES cues = {0};
    struct err err = {0};
    for (int i = 0; i < NB_CUES; i++) {
        AUTO_STR text = {0};
        str_add(&text, "So");
        for (int w = 0; w < WORDS_PER_CUE; w++)
            add_word(&text, &seed);
        str_add(&text, i % 3 ? "" : ".");
        cues_add(&cues, i * CUE_MS, (i + 1) * CUE_MS, str_take(&text));
    }
    if (captions_write(path, &cues, &err) < 0)
        exit(1);
}

static int read_captions(struct cues *out, const char *name, void *folder, struct err *err)
{
    AUTO_FREE char *path = fs_join(folder, name);
    if (!fs_exists(path))
        write_captions(path, (uint32_t)atoi(name));
    return captions_read_file(out, path, err);
}

static json_t *talk(int number, bool captions)
{
    char file[32], vtt[32];
    snprintf(file, sizeof file, "%d-talk.mp4", number);
    snprintf(vtt, sizeof vtt, "%d-talk.vtt", number);
    json_t *part =
        json_pack("{s:i, s:i, s:i, s:s, s:[{s:s, s:i, s:s, s:i, s:s, s:[s, s], s:i, s:i}]}", "part",
                  1, "listed_s", 2700, "measured_s", 2700, "verdict", "ok", "files", "file", file,
                  "bytes", 200000000, "sha256", "00", "duration_ms", 2700000, "mime", "video/mp4",
                  "codecs", "h264", "aac", "width", 1280, "height", 720);
    if (captions)
        json_object_set_new(part, "captions",
                            json_pack("[{s:s, s:s}]", "file", vtt, "language", "en"));
    return json_pack("{s:i, s:s, s:[s], s:s, s:s, s:[o]}", "number", number, "title",
                     "What a talk is called", "speakers", "Ada Byron", "section", "Talks",
                     "abstract", "What it is about.", "parts", part);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    AUTO_SITE site = {0};
    if (argc < 3)
        return 2;
    json_t *talks = json_array();
    for (int i = 1; i <= atoi(argv[2]); i++)
        json_array_append_new(talks, talk(i, argc > 3));
    json_t *published = json_pack("{s:{s:s}, s:o}", "event", "name", "Large", "talks", talks);
    const struct site_source source = {.published = published,
                                       .templates = argv[1],
                                       .captions = argc > 3 ? read_captions : NULL,
                                       .opaque = argv[3]};
    const double begin = now();
    if (site_make(&site, &source, &err) < 0) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    size_t bytes = 0;
    for (size_t i = 0; i < site.nb; i++)
        bytes += site.pages[i].nb;
    printf("%.2f s, %zu files, %.1f MB\n", now() - begin, site.nb, (double)bytes / 1e6);
    json_decref(published);
}
