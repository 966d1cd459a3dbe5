#include "file_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "str.h"

static void test_file_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int number; /* the first; 0 none */
        enum file_number_kind kind;
        int part;
        const char *words;
    } cases[] = {
        {"15.mp4", 15, FILE_NUMBER_LEADING, 0, ""},
        {"015.mp4", 15, FILE_NUMBER_LEADING, 0, ""},
        {"15_gogrid.mp4", 15, FILE_NUMBER_LEADING, 0, "gogrid"},
        {"ep15.mp4", 15, FILE_NUMBER_MARKED, 0, ""},
        {"Episode-15.mp4", 15, FILE_NUMBER_MARKED, 0, ""},
        {"talk15 final v2.mp4", 15, FILE_NUMBER_MARKED, 0, ""},
        {"gogrid 15.mp4", 15, FILE_NUMBER_INSIDE, 0, "gogrid"},
        {"gogrid-part-2.mp4", 0, 0, 2, "gogrid"},
        {"part1of2_gogrid.mp4", 0, 0, 1, "gogrid"},
        {"15a.mp4", 15, FILE_NUMBER_LEADING, 1, "15a"},
        {"MVI_0015.MOV", 15, FILE_NUMBER_COUNTER, 0, ""},
        {"GH010015.MP4", 10015, FILE_NUMBER_COUNTER, 0, ""},
        {"00015.MTS", 15, FILE_NUMBER_COUNTER, 0, ""},
        {"day1_cam2_15.mkv", 15, FILE_NUMBER_LEADING, 0, ""},
        {"2010-04-28_15.mp4", 15, FILE_NUMBER_LEADING, 0, ""},
        {"20100428.mp4", 0, 0, 0, ""},
        {"gogrid 1080.mp4", 0, 0, 0, "gogrid"},
        {"Xen Summit 2010.mp4", 0, 0, 0, ""},
        {"", 0, 0, 0, ""},
        {".mp4", 0, 0, 0, ""},
    };
    struct file_name_context context = {.greatest_number = 27};
    context.event_words = file_name_split(&context.nb_event_words, "Xen Summit 2010");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file_name name;
        file_name_read(&name, cases[i].name, &context);
        AUTO_STR words = {0};
        for (size_t k = 0; k < name.nb_words; k++)
            str_addf(&words, "%s%s", k ? " " : "", name.words[k]);
        print_message("%s\n", cases[i].name);
        assert_string_equal(words.s ? words.s : "", cases[i].words);
        assert_int_equal(name.nb_numbers ? name.numbers[0].value : 0, cases[i].number);
        if (cases[i].number)
            assert_int_equal(name.numbers[0].kind, cases[i].kind);
        assert_int_equal(name.part, cases[i].part);
        file_name_finish(&name);
    }
    mem_free_strings(context.event_words, context.nb_event_words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
