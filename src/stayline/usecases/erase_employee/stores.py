"""Every store that may hold something of a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.answer_book import AnswerBook
from stayline.ports.capture_log import CaptureLog
from stayline.ports.decision_book import DecisionBook
from stayline.ports.directory import Directory
from stayline.ports.extract_files import ExtractFiles
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.remnants import Remnants
from stayline.ports.score_board import ScoreBoard


@dataclass(frozen=True, slots=True)
class PersonalStores:
    """All of them, for `erase_employee`."""

    features: FeatureStore
    protected: ProtectedAttributes
    directory: Directory
    scores: ScoreBoard
    answers: AnswerBook
    outcomes: OutcomeBook
    capture: CaptureLog
    opt_outs: OptOutList
    decisions: DecisionBook
    runner: PipelineRunner
    extracts: ExtractFiles
    remnants: Remnants

    def know(self, tokens: Sequence[EmployeeToken]) -> bool:
        """Whether there are features, a name, a score, an answer or an opt-out of these tokens."""
        return bool(self.features.known(tokens) or self.answers.ids_of(tokens)) or any(
            self.directory.find(token) is not None
            or self.scores.find(token) is not None
            or bool(self.opt_outs.intervals(token))
            for token in tokens
        )
