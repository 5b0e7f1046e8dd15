//! Rules about `reviewRating`.

use super::{Rule, Severity, rules};

rules! { RATING;
RATING_MISSING Error "rating-missing" "there is no reviewRating"
    "Google requires it: it is the verdict" "add reviewRating, a Rating with an alternateName";
RATING_TEXT Error "rating-is-text" "reviewRating is no object"
    "consumers read a Rating" "write {\"@type\": \"Rating\", \"alternateName\": \"…\"}";
RATING_TYPE Error "rating-type" "reviewRating is not of the type Rating"
    "Google reads a Rating" "write \"@type\": \"Rating\"";
LABEL_MISSING Error "rating-label-missing" "the rating has no alternateName"
    "Google requires it: the verdict in words, which is what readers see" "add alternateName, such as \"False\"";
LABEL_NAME Warning "rating-label-in-name" "the rating's words stand in name and not in alternateName"
    "name is a fallback, which not every consumer reads" "write alternateName";
LABEL_LONG Warning "rating-label-long" "the rating's alternateName is long"
    "Google asks for a word or a short phrase; what is longer is cut" "shorten it to a phrase; the reasons belong in ratingExplanation or reviewBody";
LABEL_START Warning "rating-label-start" "the rating's alternateName begins with words that say nothing"
    "where it is cut, the beginning alone is seen and must carry the verdict" "begin with the verdict: \"False: …\"";
LABEL_NUMBER Error "rating-label-number" "the rating's alternateName is a number"
    "readers can't tell what it means without the scale" "write the verdict in words";
LABEL_SYMBOLS Error "rating-label-symbols" "the rating's alternateName has no letters"
    "a symbol is read differently from place to place, and aloud not at all" "write the verdict in words";
SCALE_INCOMPLETE Warning "scale-incomplete" "ratingValue, bestRating and worstRating are not all there"
    "a number means nothing without both ends of its scale" "add what is missing, or leave all three out";
VALUE_MISSING Advice "rating-value-missing" "the rating has no number"
    "Google recommends one, for verdicts that have a place on a scale" "add ratingValue, bestRating and worstRating if there is a scale";
NOT_A_NUMBER Error "rating-not-number" "a number of the rating is none"
    "consumers compare numbers" "write a number, such as 1";
DECIMAL_COMMA Error "rating-decimal-comma" "a number of the rating has a comma"
    "numbers are written with a point in markup" "write 3.5, or better a whole number";
NOT_WHOLE Warning "rating-not-integer" "ratingValue is not a whole number"
    "Google recommends integers" "use a scale of whole numbers";
OUT_OF_RANGE Error "rating-out-of-range" "ratingValue is outside the scale"
    "Google requires it from worstRating to bestRating; a consumer drops the rating" "mend the value or the scale";
WORST_LOW Error "scale-worst-below-one" "worstRating is below 1"
    "Google's least is 1" "begin the scale at 1; leave the numbers out where a verdict has no place on it";
SCALE_ORDER Error "scale-order" "bestRating is not greater than worstRating"
    "the greatest number is the truest in every consumer's reading; on a scale the other way round false is shown as true" "number the scale so that the truest rating is the greatest";
LABEL_CONFLICT Error "rating-label-conflict" "the rating's words and its number say the opposite"
    "nearer to bestRating is truer to every consumer" "number the scale so that the truest rating is the greatest";
}
