"""Text made comparable: folding, cutting into words, phrases, and fingerprints of copies.

The only room that knows jieba, rjieba and OpenCC. jieba is the reference, rjieba does the work: the same tokens on
Han text at some twenty times the speed; a test holds the two equal.
"""

from toolkit.text._cut import segment as segment
from toolkit.text._cut import word_list as word_list
from toolkit.text._fold import comparable as comparable
from toolkit.text._fold import fold as fold
from toolkit.text._frequency import SHIPPED_DOCUMENTS as SHIPPED_DOCUMENTS
from toolkit.text._frequency import UNKNOWN_IDF as UNKNOWN_IDF
from toolkit.text._frequency import part_probabilities as part_probabilities
from toolkit.text._frequency import shipped_idf as shipped_idf
from toolkit.text._frequency import suggest_frequencies as suggest_frequencies
from toolkit.text._frequency import word_frequencies as word_frequencies
from toolkit.text._normalise import has_han as has_han
from toolkit.text._normalise import latin_letters as latin_letters
from toolkit.text._normalise import normalise as normalise
from toolkit.text._normalise import simplify as simplify
from toolkit.text._phrases import Terms as Terms
from toolkit.text._phrases import find_terms as find_terms
from toolkit.text._phrases import join as join
from toolkit.text._phrases import pairs as pairs
from toolkit.text._phrases import same_name as same_name
from toolkit.text._shingles import shingles as shingles
from toolkit.text._tokens import CUT_CHARACTERS as CUT_CHARACTERS
from toolkit.text._tokens import Cut as Cut
from toolkit.text._tokens import Tokens as Tokens
from toolkit.text._tokens import Vocabulary as Vocabulary
from toolkit.text._tokens import cut as cut
from toolkit.text._tokens import cut_at as cut_at
from toolkit.text._tokens import find_run as find_run
from toolkit.text._tokens import only_texts as only_texts
from toolkit.text._tokens import tokenise as tokenise
from toolkit.text._width import character_width as character_width
from toolkit.text._width import cut_to_width as cut_to_width
from toolkit.text._width import display_width as display_width
