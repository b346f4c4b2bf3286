from matplotlib.figure import Figure

from gazemap.reports.figures.saving import FORMATS


def test_the_formats_of_figures_are_matplotlib_s():
    assert {name.removeprefix(".") for name in FORMATS} <= Figure().canvas.get_supported_filetypes().keys()
