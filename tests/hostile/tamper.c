/* Results and files other than they should be. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "hostile.h"
#include "json.h"
#include "mem.h"
#include "sha256.h"
#include "worker_stage.h"

/* --- means ------------------------------------------------------------------------------------ */

static void write_file(const char *path, const char *bytes, size_t nb)
{
    FILE *f = fopen(path, "w");
    if (!f || fwrite(bytes, 1, nb, f) != nb || fclose(f) != 0)
        abort();
}

static void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

/* Head, a text again and again, tail. */
static void write_many(const char *path, const char *head, const char *again, int64_t nb_bytes,
                       const char *tail)
{
    FILE *f = fopen(path, "w");
    if (!f)
        abort();
    fputs(head, f);
    for (int64_t i = 0; i < nb_bytes; i += (int64_t)strlen(again))
        fputs(again, f);
    fputs(tail, f);
    fclose(f);
}

static void write_result(const struct delivery *d)
{
    struct err err = {0};
    if (json_print_file(d->json, d->result, JSON_RESULT_STYLE, &err) < 0)
        abort();
}

/* Bytes and sum as of the file that is there now: a lie that adds up. */
static void sum_up(const struct delivery *d)
{
    struct err err = {0};
    char sha256[SHA256_BYTES];
    if (sha256_file(sha256, d->file, &err) < 0)
        abort();
    if (json_object_get(d->result, "sha256"))
        json_object_set_new(d->result, "sha256", json_string(sha256));
    if (json_object_get(d->result, "bytes"))
        json_object_set_new(d->result, "bytes", json_integer(fs_size(d->file)));
    write_result(d);
}

/* Replaces all whole numbers, or all texts, in the value. */
static void replace_all(json_t *value, json_type type, int64_t number, const char *text)
{
    const char *name;
    json_t *item;
    size_t i;
    if (type == JSON_INTEGER && json_is_integer(value))
        json_integer_set(value, number);
    if (type == JSON_STRING && json_is_string(value))
        json_string_set(value, text);
    json_object_foreach(value, name, item)
        replace_all(item, type, number, text);
    json_array_foreach(value, i, item)
        replace_all(item, type, number, text);
}

/* --- results ---------------------------------------------------------------------------------- */

static void garbage(const struct delivery *d)
{
    write_file(d->json,
               "\x7f"
               "ELF\0\1\2",
               7);
}

static void no_bytes(const struct delivery *d)
{
    write_text(d->json, "");
}

static void no_members(const struct delivery *d)
{
    write_text(d->json, "{}");
}

static void list(const struct delivery *d)
{
    write_text(d->json, "[1, 2, 3]");
}

static void huge_numbers(const struct delivery *d)
{
    replace_all(d->result, JSON_INTEGER, INT64_MAX, NULL);
    write_result(d);
}

static void negative_numbers(const struct delivery *d)
{
    replace_all(d->result, JSON_INTEGER, -1000000, NULL);
    write_result(d);
}

static void no_grid(const struct delivery *d)
{
    json_object_set_new(d->result, "grid",
                        json_pack("{s:[i,i], s:[i,i], s:i, s:i}", "fps", 0, 0, "time_base", 0, 0,
                                  "nb_frames", -5, "origin", 0));
    json_object_set_new(d->result, "cells", json_pack("[[i,i],[i,i]]", 70, 3, 5, 9));
    write_result(d);
}

/* What a parser turns into fifty times as much memory. */
static void brackets(const struct delivery *d)
{
    write_many(d->json, "{\"a\":[", "[],", 60000000, "[]]}");
}

static void big(const struct delivery *d)
{
    write_many(d->json, "{\"a\":\"", "................................", 250000000, "\"}");
}

static void sha256_of_two_lines(const struct delivery *d)
{
    AUTO_FREE char *zeros = mem_printf("%064d", 0);
    AUTO_FREE char *text = mem_printf("%s  x\n%s", zeros, zeros);
    json_object_set_new(d->result, "sha256", json_string(text));
    write_result(d);
}

static void control_characters(const struct delivery *d)
{
    replace_all(d->result, JSON_STRING, 0, "\x1b]0;evil\a\x1b[2J\u202eevil\n\nevil");
    write_result(d);
}

/* HOSTILE_JSON: an object whose members replace those of the result, also within objects. */
static void merge(const struct delivery *d)
{
    const char *text = getenv("HOSTILE_JSON");
    json_t *members = json_loads(text ? text : "{}", 0, NULL);
    if (!members || json_object_update_recursive(d->result, members) < 0)
        abort();
    json_decref(members);
    write_result(d);
}

/* HOSTILE_HASH: the hash of another talk's recording. */
static void claimed_hash(const struct delivery *d)
{
    const char *hash = getenv("HOSTILE_HASH");
    json_object_set_new(d->result, "hash", json_string(hash ? hash : ""));
    write_result(d);
}

/* --- files ------------------------------------------------------------------------------------ */

static void junk(const struct delivery *d)
{
    write_file(d->file, "junk", 4);
    sum_up(d);
}

static void html(const struct delivery *d)
{
    write_text(d->file, "<!DOCTYPE html><script>alert(document.cookie)</script>\n");
    sum_up(d);
}

/* Removes a file. In the sandbox it can only empty it. */
static void lose(const char *path)
{
    if (unlink(path) == 0)
        return;
    FILE *f = fopen(path, "w");
    if (f)
        fclose(f);
}

static void no_file(const struct delivery *d)
{
    lose(d->file ? d->file : d->json);
}

static void no_result(const struct delivery *d)
{
    lose(d->json);
}

/* Zeros, as much as the file had: of the right size, and nothing else. */
static void zeros(const struct delivery *d)
{
    const int64_t nb = fs_size(d->file);
    AUTO_FREE char *bytes = mem_zalloc((size_t)nb, 1);
    write_file(d->file, bytes, (size_t)nb);
    sum_up(d);
}

/* The honest file with another text in the place of one, as of a tag or chapter. */
static void other_words(const struct delivery *d)
{
    static const char honest[] = "Honestly", other[] = "<script>";
    struct err err = {0};
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, d->file, 1u << 30, &err) < 0)
        abort();
    for (char *at = bytes; (at = memmem(at, (size_t)(bytes + nb - at), honest, strlen(honest)));)
        memcpy(at, other, strlen(other));
    write_file(d->file, bytes, nb);
    sum_up(d);
}

/* The honest file with something after it, of which no sum is told. */
static void appended(const struct delivery *d)
{
    FILE *f = fopen(d->file, "a");
    if (!f)
        abort();
    fputs("<script>alert(document.cookie)</script>", f);
    fclose(f);
}

/* A page between the picture and what looks like its end. */
static void page_before_end(const struct delivery *d)
{
    appended(d);
    FILE *f = fopen(d->file, "a");
    if (!f)
        abort();
    fputs("\xff\xd9", f);
    fclose(f);
}

/* In the sandbox these calls fail, and nothing is left in the file's place. */
static void soft_link(const struct delivery *d)
{
    const char *path = d->file ? d->file : d->json;
    lose(path);
    (void)!symlink("/etc/passwd", path);
}

static void hard_link(const struct delivery *d)
{
    const char *path = d->file ? d->file : d->json;
    AUTO_FREE char *other = mem_printf("%s/other", d->worker->tmp);
    (void)!link(path, other);
    if (!fs_exists(other))
        lose(path);
}

static void pipe_instead(const struct delivery *d)
{
    lose(d->json);
    (void)!mkfifo(d->json, 0600);
}

static void folder(const struct delivery *d)
{
    lose(d->json);
    (void)!mkdir(d->json, 0700);
}

/* renameat2(RENAME_WHITEOUT) leaves a device node behind. */
static void device(const struct delivery *d)
{
    AUTO_FREE char *other = mem_printf("%s/other", d->worker->tmp);
    (void)!syscall(SYS_renameat2, AT_FDCWD, d->json, AT_FDCWD, other, 4);
    struct stat st;
    if (lstat(d->json, &st) < 0 || S_ISREG(st.st_mode))
        lose(d->json);
}

/* Results that nobody asked for; in the sandbox they cannot be made. */
static void extra_files(const struct delivery *d)
{
    static const char *const exts[] = {"json", "mp4"};
    for (int i = 0; i < 2; i++) {
        AUTO_FREE char *path =
            mem_printf("%s/0123456789abcdef0123456789abcdef.%s", d->worker->tmp, exts[i]);
        FILE *f = fopen(path, "w");
        if (f)
            fclose(f);
    }
}

static const struct {
    const char *name;
    void (*act)(const struct delivery *d);
} behaviours[] = {
    {"garbage", garbage},
    {"no-bytes", no_bytes},
    {"no-members", no_members},
    {"list", list},
    {"huge-numbers", huge_numbers},
    {"negative-numbers", negative_numbers},
    {"no-grid", no_grid},
    {"brackets", brackets},
    {"big", big},
    {"sha256", sha256_of_two_lines},
    {"control-characters", control_characters},
    {"claimed-hash", claimed_hash},
    {"merge", merge},
    {"junk", junk},
    {"html", html},
    {"no-file", no_file},
    {"no-result", no_result},
    {"zeros", zeros},
    {"other-words", other_words},
    {"appended", appended},
    {"page-before-end", page_before_end},
    {"soft-link", soft_link},
    {"hard-link", hard_link},
    {"pipe", pipe_instead},
    {"folder", folder},
    {"device", device},
    {"extra-files", extra_files},
};

bool tamper(const char *behaviour, const struct delivery *d)
{
    for (size_t i = 0; i < sizeof behaviours / sizeof *behaviours; i++)
        if (strcmp(behaviours[i].name, behaviour) == 0) {
            behaviours[i].act(d);
            return true;
        }
    return false;
}
