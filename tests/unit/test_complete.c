/* What the shell's completion proposes: for every verb and option of the table, and for the names
 * of an event. */
#include "stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "complete.h"
#include "fs.h"
#include "help_text.h"
#include "str.h"
#include "typed.h"

/* What is printed for words that are separated by '|', of which the last is completed. */
static char *printed(const char *line)
{
    char *words[16], *text = NULL, *rest = mem_strdup(line), *whole = rest, *word;
    size_t size = 0;
    int nb = 0;
    while ((word = strsep(&rest, "|")))
        words[nb++] = word;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    complete_print(to, command_verbs, words, nb);
    fclose(to);
    free(whole);
    return text;
}

/* The words alone, separated by '|'; files and folders as they are printed. */
static char *proposed(const char *line)
{
    AUTO_STR out = {0};
    AUTO_FREE char *text = printed(line);
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
        str_addf(&out, "%s%.*s", out.len ? "|" : "", (int)strcspn(p, "\t\n"), p);
    return str_take(&out);
}

static void assert_proposed(const char *line, const char *want)
{
    AUTO_FREE char *got = proposed(line);
    assert_row_str(line, got, want);
}

/* Whether the line of the word is printed, with a description unless it may lack one. */
static void assert_has(const char *line, const char *word, bool described)
{
    AUTO_FREE char *text = printed(line), *all = mem_printf("\n%s", text);
    AUTO_FREE char *wanted = mem_printf("\n%s\t", word);
    const char *found = strstr(all, wanted);
    if (!found)
        fail_msg("'%s' does not propose '%s', but: %s", line, word, text);
    else if (described && found[strlen(wanted)] == '\n')
        fail_msg("'%s' proposes '%s' without a description", line, word);
}

/* --- the words -------------------------------------------------------------------------------- */

static void test_typed_words(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *word;
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"My\\ talk\\ \\(1\\)", "My talk (1)"},
        {"'it'\\''s", "it's"},
        {"'open $x \\", "open $x \\"},
        {"\"a \\\"b\\\" \\$c \\d", "a \"b\" $c \\d"},
        {"\"ends\\", "ends"},
        {"ends\\", "ends"},
        {"$'a\\tb\\x41\\101\\'", "a\tbAA'"},
        {"$'\\", ""},
        {"$'\\x00\\0z", "z"},
        {"$\"text\"x", "textx"},
        {"--out='a b'c", "--out=a bc"},
        {"$HOME $(id) `id`", "$HOME $(id) `id`"},
        {"~", "/home/ann"},
        {"~/x\\ y", "/home/ann/x y"},
        {"~bob/x", "~bob/x"},
        {"'~'/x", "~/x"},
        {"\\~x", "~x"},
        {"größe\\ 大", "größe 大"},
    };
    setenv("HOME", "/home/ann", 1);
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *word = typed_word(rows[i].typed);
        assert_row_str(rows[i].typed, word, rows[i].word);
    }
}

static void test_help_texts(void **state)
{
    (void)state;
    static const char help[] = "verb [-n] [--size SIZE] WORD\n"
                               "Does --nothing and mentions words.\n"
                               "  -n, --dry-run   only show it\n"
                               "  --size SIZE of the picture;\n"
                               "               even\n"
                               "  -o, --output FILE.html\n"
                               "                  the file to write\n"
                               "  --SHOUT   NOISE is made\n"
                               "  podcast  a folder\n"
                               "The end.";
    static const struct {
        const char *option;
        bool takes_value;
        const char *text;
    } rows[] = {
        {"dry-run", false, "only show it"},    {"size", true, "of the picture; even"},
        {"output", true, "the file to write"}, {"out", true, ""},
        {"SHOUT", false, "NOISE is made"},     {"nothing", false, ""},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *text = help_text_option(help, rows[i].option, rows[i].takes_value);
        assert_row_str(rows[i].option, text, rows[i].text);
    }
    AUTO_FREE char *word = help_text_word(help, "podcast"), *none = help_text_word(help, "end");
    assert_string_equal(word, "a folder");
    assert_string_equal(none, "");
}

/* --- the table -------------------------------------------------------------------------------- */

/* No word of the table names it. */
#define NOWHERE "/nowhere/at/all"

static void test_all_verbs(void **state)
{
    (void)state;
    AUTO_STR all = {0};
    for (const struct verb *v = command_verbs; v->name; v++) {
        if (!v->summary)
            continue;
        str_addf(&all, "%s%s", all.len ? "|" : "", v->name);
        AUTO_FREE char *line = mem_printf("-C|%s|%s", NOWHERE, v->name);
        assert_has(line, v->name, true);
        assert_has("", v->name, true);
    }
    AUTO_FREE char *want = str_take(&all);
    assert_proposed("", want);
    for (const struct cli_general *g = cli_general; g->name; g++)
        if (g->summary)
            assert_has("-", g->name, true);
}

/* The value of an option, and an operand: what the table says that they can be. */
static void check_names(const char *line, const char *before, unsigned names, const char *words)
{
    AUTO_FREE char *list = mem_strdup(words), *all = list ? mem_printf(" %s ", words) : NULL;
    char *rest = list, *word;
    while (rest && (word = strsep(&rest, " "))) {
        AUTO_FREE char *whole = mem_printf("%s%s", before, word);
        assert_has(line, whole, false);
    }
    if (all)
        return;
    const char *kind = names & NAMES_MATCH                      ? ""
                       : names & (NAMES_FILE | NAMES_RECORDING) ? "files"
                       : names & NAMES_FOLDER                   ? "folders"
                                                                : "";
    AUTO_FREE char *want = mem_printf("%s%s", kind, *kind && *before ? "=" : "");
    assert_proposed(line, want);
}

static void check_option(const struct verb *v, const struct verb_option *o)
{
    AUTO_FREE char *start = mem_printf("-C|%s|%s|--", NOWHERE, v->name);
    AUTO_FREE char *option = mem_printf("--%s", o->name), *dash = mem_printf("%s|-", v->name);
    AUTO_FREE char *begun = mem_printf("%s|x|%s", v->name, option);
    assert_has(start, option, true);
    assert_has(dash, option, true);
    assert_has(begun, option, true);
    if (o->letter) {
        AUTO_FREE char *letter = mem_printf("-%c", o->letter);
        AUTO_FREE char *line = mem_printf("%s|%s", v->name, letter);
        assert_has(line, letter, true);
    }
    if (!o->takes_value)
        return;
    AUTO_FREE char *next = mem_printf("-C|%s|%s|%s|", NOWHERE, v->name, option);
    AUTO_FREE char *attached = mem_printf("-C|%s|%s|%s=", NOWHERE, v->name, option);
    AUTO_FREE char *before = mem_printf("%s=", option);
    check_names(next, "", o->names, o->words);
    check_names(attached, before, o->names, o->words);
}

static void test_all_options(void **state)
{
    (void)state;
    size_t nb = 0;
    for (const struct verb *v = command_verbs; v->name; v++) {
        AUTO_FREE char *line = mem_printf("%s|--", v->name);
        assert_has(line, "--help", true);
        for (int i = 0; i < VERB_MAX_OPTIONS && v->options[i].name; i++, nb++)
            check_option(v, &v->options[i]);
    }
    assert_true(nb > 50);
}

static void test_all_operands(void **state)
{
    (void)state;
    for (const struct verb *v = command_verbs; v->name; v++) {
        AUTO_FREE char *line = mem_printf("-C|%s|%s|", NOWHERE, v->name);
        if (v->names[0] || v->words)
            check_names(line, "", v->names[0], v->words);
        else
            assert_has(line, "--help", true); /* no operand: options at once */
        assert_true(!v->summary || v->takes.most == 0 || v->names[0] || v->words);
    }
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"sta", "status"},
        {"--ver", "--version"},
        {"-C", "-C"},
        {"-C|", "folders"},
        {"-C|a|-C|", "folders"},
        {"-C|a|-C|b|sta", "status"},
        {"--help|", ""},
        {"--nonsense|", ""},
        {"frobnicate|", ""},
        {"import|--dry", "--dry-run"},
        {"import|-n|--", "--replace|--json|--help"},
        {"import|--dry-run|--", "--replace|--json|--help"},
        {"import|--d|--", "--replace|--json|--help"},
        {"import|--frob|", ""},
        {"import|--json=1|", ""},
        {"import|--|", "files"},
        {"import|--|--", "files"},
        {"import|x|", "--dry-run|--replace|--json|--help"},
        {"import|x|y", ""},
        {"import|x|--|", ""},
        {"list|--help|", ""},
        {"run|--executor|s", "slurm"},
        {"run|--exec|s", "slurm"},
        {"run|--executor=s", "--executor=slurm"},
        {"run|--exec=s", "--exec=slurm"},
        {"run|--executor='s", "--executor=slurm"},
        {"run|--frob=", ""},
        {"run|--json=", ""},
        {"card|-o|", "files"},
        {"card|--output=", "files="},
        {"rehearse|-o|", "folders"},
        {"rehearse|--output=", "folders="},
        {"review|--take|all|--ta", "--take"}, /* it may be given again */
        {"review|--import|x|--imp", ""},
        {"cut|1|--in|", ""},
        {"cut|--in|0:10|1|--in", ""},
        {"export|pod", "podcast"},
        {"export|podcast|", "--output|--base-url|--help"},
        {"worker|", "files"},
    };
    for (size_t i = 0; i < NB(rows); i++)
        assert_proposed(rows[i].line, rows[i].want);
}

/* --- an event --------------------------------------------------------------------------------- */

static const struct talk_row TALKS[] = {
    {1, "Keynote: 大規模 & \"quotes\" $(id) `id`", "Ian O'Pratt", NULL, NULL, {1800}},
    {15, "Xen on Größe", "Dullor Rao|Jun Nakajima", NULL, NULL, {726, 1461}},
    {150, "Line\nend\t\033[31m\u202edesrever", NULL, NULL, NULL, {60}},
    {7, "3D with xenalyze", NULL, NULL, NULL, {60}},
    {8, "--", NULL, NULL, NULL, {60}},
    {20, "Übersicht: Привет, Hämäläinen", NULL, NULL, NULL, {60}},
};

static void add_recording(struct store *store, const char *path)
{
    static int nb;
    struct err err = {0};
    AUTO_FREE char *own = mem_strdup(path);
    struct recording r = {.path = own, .size = 1};
    snprintf(r.fingerprint, sizeof r.fingerprint, "%032d", nb++);
    assert_done(store_set_recording(store, &r, &err));
}

/* The path of an event's folder with the talks, recordings and one decision; removed with the
 * test's folder. */
static char *make_event(const char *name)
{
    struct err err = {0};
    char *dir = folder_path("%s", name);
    AUTO_FREE char *db = folder_path("%s/talkpress.db", name);
    AUTO_STORE *store = NULL;
    AUTO_PROGRAMME p = {0};
    assert_done(fs_mkdirs(dir, &err));
    assert_done(store_create(db, &err));
    assert_done(store_open(&store, db, &err));
    talks_make(&p, TALKS, NB(TALKS));
    p.talks[0].room = mem_strdup("Große Halle");
    p.talks[1].room = mem_strdup("Lab");
    p.talks[2].room = mem_strdup("Lab");
    p.talks[0].language = mem_strdup("deu");
    p.talks[1].language = mem_strdup("en");
    assert_done(store_set_programme(store, &p, &err));
    static const char *const paths[] = {
        "/r/My talk (1).mp4", "/r/My talk (2).mp4", "/r/$(touch x).mp4", "/r/-dash.mp4",
        "/r/a=b.mp4",         "/r/new\nline.mp4",   "/r/tab\t.mp4",      "/r/esc\033[1m.mp4",
        "/r/bad\xff.mp4",     "/a/00.mts",          "/b/00.mts",
    };
    for (size_t i = 0; i < NB(paths); i++)
        add_recording(store, paths[i]);
    store_set_through(store, "match");
    assert_done(store_choose_match(store, 15, 2, NULL, &err));
    return dir;
}

static void test_event(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"status|1", "1|15|150"},
        {"status|15", "15|15/1|15/2|150"},
        {"status|15/", "15/1|15/2"},
        {"status|15/2", "15/2"},
        {"status|1/", ""},
        {"status|9", ""},
        {"status|xen", "15|15/1|15/2|7"},
        {"status|Xen\\ on", "15|15/1|15/2"},
        {"status|'xen on gro", "15|15/1|15/2"},
        {"status|enalyze", ""},
        {"status|über", "20"},
        {"status|uber", "20"},
        {"status|UEBER", "20"},
        {"status|прив", "20"},
        {"status|hama", "20"},
        {"status|規模", "1"},
        {"status|3", ""}, /* a number, although a title begins with it */
        {"status|3d", "7"},
        {"status|!", ""},
        {"verify|", "1|15|150|7|8|20"}, /* talks, without their parts */
        {"verify|3|", "1|15|150|7|8|20"},
        {"verify|7-", "7-15|7-150|7-8|7-20"},
        {"verify|7-1", "7-15|7-150"},
        {"verify|--accept=xe", "--accept=15|--accept=15/1|--accept=15/2|--accept=7"},
        {"cut|15/1|", "--json|--in|--out|--auto|--take|--drop|--keep|--sound-offset|--help"},
        {"cut|My", "My talk (1).mp4|My talk (2).mp4"},
        {"cut|'My talk (2", "My talk (2).mp4"},
        {"remove|", "a/00.mts|b/00.mts|$(touch x).mp4|My talk (1).mp4|My talk (2).mp4|a=b.mp4"},
        {"remove|--|-", "-dash.mp4"},
        {"remove|/r/", "files"},
        {"match|15", "15=|15/1=|15/2=|150="},
        {"match|keynote", "1="},
        {"match|15/2=n", "15/2=none"},
        {"match|3-5=My", "3-5=My talk (1).mp4|3-5=My talk (2).mp4"},
        {"match|1=a=", "1=a=b.mp4"},
        {"match|1=-", "1=-dash.mp4"},
        {"match|1=x", "files="},
        {"match|--exchange|15", "15|15/1|15/2|150"},
        {"add|--room|", "auto|Große Halle|Lab"},
        {"add|--room=l", "--room=Lab"},
        {"language|15|", "de|en"},
        {"language|15|d", "de|da|dv|dz"},
        {"captions|1|--language|e", "en|ee|el|eo|es|et|eu"},
        {"undo|--decision|", "1"},
    };
    AUTO_FREE char *dir = make_event("event");
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *line = mem_printf("-C|%s|%s", dir, rows[i].line);
        assert_proposed(line, rows[i].want);
    }
}

static void test_descriptions(void **state)
{
    (void)state;
    AUTO_FREE char *dir = make_event("described");
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"status|key", "1\tKeynote: 大規模 & \"quotes\" $(id) `id` — Ian O'Pratt\n"},
        {"verify|150", "150\tLine end [31mdesrever\n"},
        {"status|15/2", "15/2\tpart 2 of 2: Xen on Größe\n"},
        {"remove|b", "b/00.mts\tin /b\n"},
        {"status|--room|L", "Lab\t2 talks\n"},
        {"language|1|dz", "dz\tdzo\n"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *line = mem_printf("-C|%s|%s", dir, rows[i].line), *got = printed(line);
        assert_row_str(rows[i].line, got, rows[i].want);
    }
    AUTO_FREE char *line = mem_printf("-C|%s|undo|--decision|1", dir), *got = printed(line);
    assert_true(str_starts(got, "1\tmatch of talk 15/2, 20"));
    assert_true(str_ends(got, ", by 'match'\n"));
}

/* --- without an event ------------------------------------------------------------------------- */

static void write_store(const char *name, const char *bytes)
{
    struct err err = {0};
    AUTO_FREE char *dir = folder_path("%s", name), *db = fs_join(dir, "talkpress.db");
    assert_done(fs_mkdirs(dir, &err));
    assert_done(fs_write_atomic(db, bytes, strlen(bytes), &err));
}

static void test_no_event(void **state)
{
    (void)state;
    static const char *const names[] = {"absent", "empty", "garbage", "pipe", "folder"};
    struct err err = {0};
    write_store("empty", "");
    write_store("garbage", "This is a shopping list, longer than any header of a file is, so that "
                           "nobody can take it for a database.\n");
    AUTO_FREE char *pipe_dir = folder_path("pipe"), *pipe_db = fs_join(pipe_dir, "talkpress.db");
    AUTO_FREE char *folder = folder_path("folder/talkpress.db");
    assert_done(fs_mkdirs(pipe_dir, &err));
    assert_int_equal(mkfifo(pipe_db, 0600), 0);
    assert_done(fs_mkdirs(folder, &err));
    for (size_t i = 0; i < NB(names); i++) {
        AUTO_FREE char *dir = folder_path("%s", names[i]);
        AUTO_FREE char *verb = mem_printf("-C|%s|sta", dir), *talk = mem_printf("-C|%s|why|", dir);
        AUTO_FREE char *file = mem_printf("-C|%s|remove|", dir);
        AUTO_FREE char *option = mem_printf("-C|%s|why|--j", dir);
        assert_proposed(verb, "status");
        assert_proposed(option, "--json");
        assert_proposed(talk, "");
        assert_proposed(file, "files");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typed_words),  cmocka_unit_test(test_help_texts),
        cmocka_unit_test(test_all_verbs),    cmocka_unit_test(test_all_options),
        cmocka_unit_test(test_all_operands), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_event),        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_no_event),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
