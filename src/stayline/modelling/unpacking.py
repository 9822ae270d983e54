"""What scores beside the trees, from a package's manifest."""

from stayline.domain.alert_policy import Bands
from stayline.formats.model_archive import Manifest
from stayline.modelling.calibration import Calibration
from stayline.modelling.encoding import InputEncoder
from stayline.modelling.model_input import model_inputs


def unpacked(manifest: Manifest) -> tuple[InputEncoder, Calibration, Bands]:
    """Return what turns rows into cells, margins into risks, and risks into bands."""
    encoder = InputEncoder(model_inputs(manifest))
    text = manifest.calibration
    calibration = Calibration(
        text.kind, text.slope, text.intercept, text.margins, text.probabilities
    )
    return encoder, calibration, manifest.alert_bands
