/* The programme read again: what is imported by itself, what waits for a person, what is said how
 * often. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "programme_change.h"
#include "programme_read.h"
#include "refresh.h"
#include "small_server.h"
#include "store.h"
#include "str.h"
#include "tape.h"

#define HEAD  "ID,Title,Speaker,Room,Date,Start,Duration\n"
#define ALPHA "a1,Alpha beginnings,Ada,Hall 1,2026-05-04,09:00,0:45\n"
#define BRAVO "a2,Bravo continued,Grace,Hall 1,2026-05-04,10:00,0:45\n"
#define DELTA "a3,Delta concluded,Radia,Hall 2,2026-05-04,11:00,0:45\n"
#define THREE HEAD ALPHA BRAVO DELTA

static struct small_server server;

/* Not so new that somebody may still be writing it. */
static void write_programme(const char *path, const char *text)
{
    struct err err = {0};
    const struct timespec times[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
    assert_done(fs_write(path, text, strlen(text), &err));
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* As 'talkpress import' does it. */
static void import(struct event *event, const char *where)
{
    struct err err = {0};
    AUTO_PROGRAMME after = {0};
    AUTO_PROGRAMME_SOURCE source = {0};
    AUTO_PROGRAMME_CHANGE change = {0};
    assert_done(programme_read(&after, &source, where, SANDBOX_BEST_EFFORT, &err));
    assert_done(programme_change_find(&change, event, &after, &err));
    assert_done(programme_change_apply(&change, event, &source, PROGRAMME_CHANGE_KEEP, &err));
}

static void make_event(struct event *out, const char *name)
{
    struct err err = {0};
    AUTO_FREE char *dir = folder_path("%s", name);
    assert_done(event_init(dir, &err));
    assert_done(event_open(out, dir, &err));
    store_set_through(out->store, "test");
}

static const char *const names[] = {"unknown", "unchanged", "applied", "waits", "away", "refused"};

/* Wanted: "waits!: words", with ! if it is news. */
static void expect(const char *row, struct event *event, const char *wanted)
{
    struct err err = {0};
    AUTO_REFRESH_RESULT r = {0};
    assert_done(refresh_programme(&r, event, &err));
    AUTO_FREE char *got = mem_printf("%s%s", names[r.state], r.is_news ? "!" : "");
    const size_t nb = strcspn(wanted, ":");
    if (strlen(got) != nb || strncmp(got, wanted, nb) != 0)
        fail_msg("%s: it is %s, should be %s; it says: %s", row, got, wanted, r.text);
    if (wanted[nb] && !strstr(r.text ? r.text : "", wanted + nb + 2))
        fail_msg("%s: it does not say '%s', but: %s", row, wanted + nb + 2, r.text);
    if ((r.diff.nb > 0) != (r.state == REFRESH_APPLIED || (r.state == REFRESH_WAITS && r.is_news)))
        fail_msg("%s: the changes are missing, or are too many", row);
}

static void test_changes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *after, *wanted;
    } rows[] = {
        {"the same", THREE, "unchanged"},
        {"only written differently", HEAD BRAVO ALPHA DELTA, "unchanged"},
        {"time and room",
         HEAD ALPHA BRAVO "a3,Delta concluded,Radia,Hall 3,2026-05-04,12:00,0:30\n",
         "applied!: talk 3: listed: 'slot 45:00' -> 'slot 30:00'; room: 'Hall 2' -> 'Hall 3'; "
         "start: '2026-05-04T11:00:00' -> '2026-05-04T12:00:00'"},
        {"a title", HEAD ALPHA BRAVO "a3,Delta complete,Radia,Hall 2,2026-05-04,11:00,0:45\n",
         "applied!: title: 'Delta concluded' -> 'Delta complete'"},
        {"a speaker", HEAD ALPHA BRAVO "a3,Delta concluded,Radia P,Hall 2,2026-05-04,11:00,0:45\n",
         "applied!: speakers: 'Radia' -> 'Radia P'"},
        {"a new talk", THREE "a4,Echo,Edsger,Hall 2,2026-05-04,13:00,0:45\n",
         "waits!: 1 talk is new (4 'Echo')"},
        {"a talk is gone", HEAD ALPHA BRAVO, "waits!: 1 talk is gone (3 'Delta concluded')"},
        {"another event", HEAD "b1,X,Y,Z,2027-01-01,09:00,0:45\n", "waits!: 1 talk is new"},
        {"damaged", HEAD ALPHA BRAVO "a3,Delta concluded,Radia,Hall 2,2026-05-04,eleven,0:45\n",
         "refused!: line 4"},
        {"empty", "", "refused!: csv"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_EVENT event = {.lock = -1, .work_lock = -1};
        AUTO_FREE char *name = mem_printf("changes-%zu", i), *path = folder_path("%zu.csv", i);
        make_event(&event, name);
        write_programme(path, THREE);
        import(&event, path);
        expect(rows[i].name, &event, "unchanged");
        write_programme(path, rows[i].after);
        expect(rows[i].name, &event, rows[i].wanted);
        /* Once more: nothing is said twice. */
        AUTO_FREE char *again = mem_strdup(rows[i].wanted);
        again[strcspn(again, "!:")] = '\0';
        expect(rows[i].name, &event, strcmp(again, "applied") == 0 ? "unchanged" : again);
        write_programme(path, THREE);
        expect(rows[i].name, &event, strcmp(again, "applied") == 0 ? "applied!" : "unchanged");
    }
}

/* Many titles at once are no corrections, however many talks there are. */
static void test_many_titles(void **state)
{
    (void)state;
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_FREE char *path = folder_path("many.csv");
    AUTO_STR before = {0}, few = {0}, many = {0};
    make_event(&event, "many");
    struct str *const all[] = {&before, &few, &many};
    for (size_t i = 0; i < 3; i++) {
        str_add(all[i], HEAD);
        for (int k = 0; k < 12; k++)
            str_addf(all[i], "t%c,Talk about %c%s,Speaker %d,Hall,2026-05-04,%02d:00,0:45\n",
                     'a' + k, 'a' + k, k < (int)i * 5 - (i == 2) * 4 ? " again" : "", k, 8 + k);
    }
    write_programme(path, before.s);
    import(&event, path);
    write_programme(path, few.s);
    expect("five", &event, "applied!: and 2 more");
    write_programme(path, before.s);
    expect("five", &event, "applied!");
    write_programme(path, many.s);
    expect("six", &event, "waits!: 6 talks have other titles or speakers");
}

static void test_files_that_go(void **state)
{
    (void)state;
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_FREE char *path = folder_path("goes.csv");
    make_event(&event, "goes");
    expect("before any import", &event, "unknown");
    write_programme(path, THREE);
    import(&event, path);
    unlink(path);
    expect("removed", &event, "away!: goes.csv");
    expect("still removed", &event, "away");
    write_programme(path, HEAD ALPHA);
    expect("back, and different", &event, "waits!: 2 talks are gone");
    unlink(path);
    expect("removed again", &event, "away!");
    write_programme(path, HEAD ALPHA);
    expect("back, as before", &event, "waits: 2 talks are gone");
    /* Just now: somebody may be writing. */
    utimensat(AT_FDCWD, path, NULL, 0);
    expect("being written", &event, "unchanged");
}

/* A recording whose name has nothing of the new title would lose its talk. */
static void test_matches(void **state)
{
    (void)state;
    static const struct tape tape = {.name = "alpha-beginnings.mp4",
                                     .fps = {25, 1},
                                     .frames = 40 * 60 * 25,
                                     .width = 1280,
                                     .height = 720,
                                     .nb_sounds = 1,
                                     .fields = "progressive"};
    struct err err = {0};
    char key[KEY_BYTES];
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_FREE char *path = folder_path("match.csv"), *video = folder_path("%s", tape.name);
    struct recording r = {.path = video,
                          .size = 1000,
                          .mtime_ns = 1,
                          .fingerprint = "00000000000000000000000000000001"};
    make_event(&event, "match");
    write_programme(path, THREE);
    import(&event, path);
    keys_probe(key, r.fingerprint);
    AUTO_JSON *probe = tape_result(&tape, "probe", key, NULL);
    assert_done(store_set_recording(event.store, &r, &err));
    assert_done(store_set_result(event.store, key, "probe", probe, &err));
    write_programme(path, HEAD "a1,Zulu,Ada,Hall 1,2026-05-04,09:00,0:45\n" BRAVO DELTA);
    expect("the match", &event, "waits!: no certain recording any more for talk 1");
    /* Nothing of it was applied. */
    AUTO_PROGRAMME p = {0};
    assert_done(store_programme(&p, event.store, &err));
    assert_string_equal(programme_find(&p, 1)->title, "Alpha beginnings");
    /* What the user decided is kept, and then nothing is lost. */
    assert_done(store_choose_match(event.store, 1, 0, r.fingerprint, &err));
    write_programme(path, HEAD "a1,Zulu two,Ada,Hall 1,2026-05-04,09:00,0:45\n" BRAVO DELTA);
    expect("decided", &event, "applied!: 'Alpha beginnings' -> 'Zulu two'");
    /* Viewers know it under its title. */
    const struct published file = {
        .name = "1-zulu-two.mp4", .key = key, .talk = 1, .part = 1, .recording = r.fingerprint};
    assert_done(store_set_published(event.store, &file, &err));
    write_programme(path, THREE);
    expect("published", &event, "waits!: another title for what is published of talk 1");
}

static void answer(const char *headers, const char *body)
{
    AUTO_FREE char *head = mem_printf("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
                                      "Content-Length: %zu%s",
                                      strlen(body), headers);
    small_server_answer(&server, head, body, SMALL_SERVER_CLOSE);
}

static void test_web(void **state)
{
    (void)state;
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_FREE char *url = small_server_url(&server, "export?format=x#day1");
    make_event(&event, "web");
    answer("\r\nETag: \"1\"", THREE);
    import(&event, url);
    assert_null(strstr(server.shared->request, "day1"));
    small_server_answer(&server, "HTTP/1.1 304 Not Modified", "", SMALL_SERVER_CLOSE);
    expect("not modified", &event, "unchanged");
    assert_non_null(strstr(server.shared->request, "If-None-Match: \"1\"\r\n"));
    answer("\r\nETag: \"2\"", THREE "a4,Echo,Edsger,Hall 2,2026-05-04,13:00,0:45\n");
    expect("a new talk", &event, "waits!: talkpress import --dry-run 'http://127.0.0.1");
    small_server_answer(&server, "HTTP/1.1 304 Not Modified", "", SMALL_SERVER_CLOSE);
    expect("still waits", &event, "waits: is new");
    assert_non_null(strstr(server.shared->request, "If-None-Match: \"2\"\r\n"));
    small_server_answer(&server, "HTTP/1.1 503 Busy\r\nContent-Length: 0", "", SMALL_SERVER_CLOSE);
    expect("the server is down", &event, "away!: 503");
    expect("still down", &event, "away");
    small_server_answer(&server, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0", "",
                        SMALL_SERVER_CLOSE);
    expect("a login, and it was away before", &event, "refused");
    small_server_answer(&server, "HTTP/1.1 304 Not Modified", "", SMALL_SERVER_CLOSE);
    expect("waits all the time", &event, "waits: is new");
    answer("", HEAD ALPHA BRAVO "a3,Delta complete,Radia,Hall 2,2026-05-04,11:00,0:45\n");
    expect("a title", &event, "applied!: 'Delta complete'");
    answer("", "<!DOCTYPE html><p>Log in: <input type=\"password\">");
    expect("a page", &event, "refused!");
}

/* Another place is looked at anew; naming the same once more changes nothing. */
static void test_place(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_EVENT event = {.lock = -1, .work_lock = -1};
    AUTO_FREE char *path = folder_path("place.csv"), *nowhere = folder_path("nowhere.csv"),
                   *url = small_server_url(&server, "x.csv#day1");
    make_event(&event, "place");
    write_programme(path, THREE);
    assert_done(refresh_set_place(&event, path, &err));
    expect("nothing was imported yet", &event, "waits!: 3 talks are new");
    assert_done(refresh_set_place(&event, path, &err));
    expect("the same place", &event, "waits: 3 talks are new");
    assert_fails(refresh_set_place(&event, nowhere, &err), ERR_NOT_FOUND, "nowhere.csv");
    assert_fails(refresh_set_place(&event, "ftp://127.0.0.1/x", &err), ERR_INVALID, "https://");
    import(&event, path);
    assert_done(refresh_set_place(&event, url, &err));
    answer("", THREE "a4,Echo,Edsger,Hall 2,2026-05-04,13:00,0:45\n");
    expect("the web", &event, "waits!: 1 talk is new");
    assert_done(refresh_set_place(&event, url, &err));
    expect("the web again", &event, "waits: 1 talk is new");
}

static int start(void **state)
{
    small_server_start(&server);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    return folder_make(state);
}

static int stop_server(void **state)
{
    small_server_stop(&server);
    return folder_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),       cmocka_unit_test(test_many_titles),
        cmocka_unit_test(test_files_that_go), cmocka_unit_test(test_matches),
        cmocka_unit_test(test_web),           cmocka_unit_test(test_place),
    };
    return cmocka_run_group_tests(tests, start, stop_server);
}
