"""Every diagnostic code with its title, in one list; docs/codes/ has a page for each.

K1 file, K2 expression, K3 template, K4 money and VAT, K5 document, K6 plan, K7 delivery.
"""

CODES: dict[str, str] = {
    # K1 file: YAML, mapping, project, table and test files
    "K100": "The file is not UTF-8",
    "K101": "The file is not YAML",
    "K102": "A key is written twice",
    "K103": "A tag",
    "K104": "A merge key",
    "K105": "An alias without its anchor",
    "K106": "Aliases that grow too large",
    "K107": "Too many levels inside one another",
    "K108": "The file is too large",
    "K109": "A control character",
    "K110": "A byte order mark",
    "K111": "A tab as indentation",
    "K112": "A key that is no text",
    "K113": "Several documents, or directives",
    "K114": "A tilde for null",
    "K115": "A number with too many digits",
    "K116": "The file is empty",
    "K150": "A setting that doesn't exist",
    "K151": "A setting that is missing",
    "K152": "A setting of the wrong type",
    "K153": "A word that isn't one of those allowed",
    "K154": "A value that doesn't fit its setting",
    "K155": "A secret written in the open",
    "K156": "A secret that is nowhere to be found",
    "K157": "A secrets file that can't be trusted or read",
    "K158": "A file that is no project file",
    "K160": "A connector that doesn't exist",
    "K161": "A connection that doesn't exist",
    "K162": "A record kind that the connection doesn't have",
    "K163": "A document that the target doesn't take",
    "K164": "A mapping that doesn't exist",
    "K165": "A mapping that reads or makes something else",
    "K166": "A parameter that no payload mapping has",
    "K168": "Flows that wait for nobody, or for each other",
    "K169": "Something that the target can't do",
    "K171": "A table's cell that no document can match",
    "K172": "A value that the pulled reference data doesn't have",
    "K173": "A snapshot that can't be read",
    "K174": "A file that doesn't exist",
    "K175": "A table that nothing uses",
    "K176": "A table that is missing",
    "K177": "A table with the wrong columns",
    "K180": "A connector that can't be loaded",
    "K181": "A connector written for another version of the SDK",
    "K182": "A connector that two packages offer",
    # K2 expression
    # K3 template
    # K4 money and VAT
    # K5 document
    # K6 plan
    # K7 delivery
}
