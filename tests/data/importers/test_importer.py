"""What the table says of its entries."""

from gazemap.data.importers import IMPORTERS


def test_options_are_shown_as_they_are_typed():
    assert IMPORTERS["osie"].choices == []
    assert IMPORTERS["salicon"].choices == ["edition=2015|2017", "points=fixations|mouse, default fixations"]
    assert "sigma=FLOAT" in IMPORTERS["sam-folder"].choices
    assert "images=PATH" in IMPORTERS["table"].choices


def test_every_entry_can_be_shown():
    for importer in IMPORTERS.values():
        assert len(importer.choices) == len(importer.options)
