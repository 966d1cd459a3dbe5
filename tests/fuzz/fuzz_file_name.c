/* The name of a recording, with an event whose words may be in it. */
#include "file_name.h"
#include "fuzz.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char xen[] = "xen", summit[] = "summit", year[] = "2010", *words[] = {xen, summit, year};
    const struct file_name_context context = {
        .event_words = words, .nb_event_words = 3, .greatest_number = 44};
    AUTO_FREE char *text = fuzz_text(data, size);
    struct file_name name;
    size_t nb;
    file_name_read(&name, text, &context);
    file_name_finish(&name);
    char **of_title = file_name_words(&nb, text, &context);
    mem_free_strings(of_title, nb);
    return 0;
}
