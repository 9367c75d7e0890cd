"""Every file of corpora is in the manifest, with its rows and sum."""

from toolkit import lexicons


def test_the_manifest_lists_every_file_with_rows_and_sum() -> None:
    folder = lexicons.corpora_folder()
    expected = [
        (path.relative_to(folder).as_posix(), *lexicons.describe_file(path))
        for path in lexicons.corpora_files()
    ]
    listed = lexicons.manifest()
    assert list(listed[["file", "rows", "sha256"]].itertuples(index=False, name=None)) == expected
    assert (listed[["licence", "source", "date"]] != "").all(axis=None)


def test_texts_but_those_of_inbox_and_exports_are_utf8_with_unix_line_ends() -> None:
    for path in lexicons.corpora_files():
        if {"inbox", "exports"} & set(path.parts):
            continue  # one of each trouble, encodings and line ends among them; exports are as platforms write them
        data = path.read_bytes()
        assert data.decode("utf-8-sig")
        assert b"\r" not in data, path.name


def test_stop_words_and_user_words_do_not_overlap() -> None:
    assert not set(lexicons.words("stopwords")) & set(lexicons.user_words())


def test_every_alias_names_a_column_of_documents() -> None:
    from toolkit.schema import DOCUMENTS

    assert set(lexicons.header_aliases().values()) <= set(DOCUMENTS.names)
