# containers: every picture once and in its place, sound within 20 ms of it, whatever the container and
# the codecs.

setup_file()
{
    load helper
    load properties
    publish_properties containers
}

setup()
{
    load helper
    load properties
    cd "$BATS_TEST_TMPDIR"
}

@test "containers and codecs" {
    measured containers
}
