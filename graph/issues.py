"""A fault in the data as a thing: what is wrong, in which file, line and column, and how to mend it.

Bad data is a result, not an exception. Every kind of fault is an `IssueType` in `CATALOGUE`; `docs/data/issues.md` is
made from it. A fault that was found is an `Issue`; an `IssueLog` gathers those of one dataset.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

VALUE_LIMIT: Final = 200
"""Longest piece of a cell that an issue repeats, in characters."""


class Severity(StrEnum):
    """How much a fault weighs."""

    ERROR = "error"
    """The row or file is refused and nothing is published until it is mended."""

    WARNING = "warning"
    """The data is loaded; somebody should look."""

    NOTICE = "notice"
    """Nothing is wrong; a reader of the result should know."""


@dataclass(frozen=True, slots=True)
class IssueType:
    """One kind of fault, explained for the person who can mend the source.

    `code` is stable: other programs may rely on it. `bad` shows data that has the fault.
    """

    code: str
    severity: Severity
    title: str
    wrong: str
    why: str
    bad: str
    mend: str


def _types(severity: Severity, *rows: tuple[str, str, str, str, str, str]) -> Iterator[IssueType]:
    for code, title, wrong, why, bad, mend in rows:
        yield IssueType(code, severity, title, wrong, why, bad, mend)


_ALL: Final = (
    *_types(
        Severity.ERROR,
        # The folder and its description
        (
            "not-a-folder",
            "The dataset is not a folder",
            "The place given for a dataset is a file, or nothing is there.",
            "A dataset is a folder with a dataset.yml and tables.",
            "load(Path('roles.csv'))",
            "give the folder that holds dataset.yml",
        ),
        (
            "missing-file",
            "A file is missing",
            "The folder has no dataset.yml, or no file for a table that dataset.yml counts.",
            "Without a description nobody knows whose data it is and what may be done with it.",
            "counts: {roles: 56}, and no roles.csv",
            "put the file where it is looked for; or, if there is none, take it out of counts or files in dataset.yml",
        ),
        (
            "no-tables",
            "The dataset has no table",
            "The folder holds no CSV file with the name of a table.",
            "An empty dataset is nearly always a wrong folder.",
            "a folder with dataset.yml alone",
            "add at least one table, named as in the list of tables",
        ),
        (
            "unreadable-file",
            "A file cannot be opened",
            "The file is there but cannot be read: no permission, or it is a folder.",
            "Its rows would silently be missing.",
            "a folder named roles.csv",
            "make it a file that this program may read",
        ),
        (
            "unreadable-description",
            "dataset.yml is not YAML",
            "The file is not YAML, names one key twice, or is not a list of keys with values.",
            "Nothing in it can be relied on.",
            "title: 'Small town",
            "mend the YAML at the line given",
        ),
        (
            "invalid-description",
            "dataset.yml says something that cannot be used",
            "A key is missing, is not known, or has a value of the wrong form.",
            "A mistyped key would be ignored in silence.",
            "titel: Small town",
            "write the key as docs/data/native-format.md has it",
        ),
        (
            "licence-missing",
            "The dataset has no licence",
            "dataset.yml has no licence, or an empty one.",
            "Data without a licence must not be passed on, however public it looks.",
            "licence: ''",
            "name the licence (an SPDX id such as OGL-UK-3.0, or its words); if nobody gave one, say so in words",
        ),
        (
            "duplicate-dataset",
            "Two folders have the same dataset id",
            "Two datasets that are built together say the same id in dataset.yml.",
            "Their statements would be mixed up and neither could be replaced alone.",
            "id: small-town, in two folders",
            "give one of them another id",
        ),
        (
            "not-for-publication",
            "The data may not be passed on",
            "A release meant for publication is built, and the licence of a dataset does not let it be passed on.",
            "Whoever downloads the release would be given what its owner did not allow.",
            "shippable: no, with stepway build --publication",
            "leave the dataset out, or build a release that stays with you: without --publication",
        ),
        (
            "unknown-table",
            "A CSV file is not a table we know",
            "The name of a CSV file is not the name of a table.",
            "All its rows would silently be left out.",
            "role.csv",
            "name the file after a table, or move it out of the folder",
        ),
        (
            "count-too-low",
            "Fewer rows than promised",
            "A table has fewer rows than counts in dataset.yml says.",
            "A cut-off download or a broken filter looks exactly like this.",
            "counts: {roles: 56}, and 12 rows",
            "find out where the rows went; lower the count only when they are really gone",
        ),
        (
            "count-too-high",
            "More rows than promised",
            "A table has more rows than the exact count in dataset.yml.",
            "Somebody relied on the number; new rows need a look.",
            "counts: {roles: {exactly: 56}}, and 57 rows",
            "check the new rows, then raise the count",
        ),
        # A file
        (
            "unreadable-encoding",
            "The file is not UTF-8 text",
            "Some byte cannot be read as UTF-8.",
            "Guessing the encoding turns names and pound signs into rubbish.",
            "0x92, which is ’ in Windows-1252",
            "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
        ),
        (
            "empty-file",
            "The file is empty",
            "There is no header line.",
            "It is nearly always a failed export.",
            "roles.csv with 0 bytes",
            "write the header line and the rows, or delete the file",
        ),
        (
            "unknown-column",
            "A column is not in the dictionary",
            "The header names a column that the table does not have.",
            "Its cells would be read by nobody.",
            "role_id,titel,source_url,status",
            "write the name as in the column dictionary, or take the column out",
        ),
        (
            "missing-column",
            "A required column is missing",
            "The header lacks a column that every row must fill.",
            "The rows cannot be identified or traced to a source.",
            "title,level",
            "add the column",
        ),
        (
            "duplicate-column",
            "A column appears twice",
            "The header names one column twice.",
            "It is not known which of the cells counts; the first is used.",
            "role_id,title,title",
            "take one of them out",
        ),
        (
            "bad-quoting",
            "Quotation marks do not match",
            "A quoted cell is not closed, or something follows its closing mark.",
            "Cells after it may have moved into other columns.",
            '"Technician" (senior),4',
            'put the whole cell between " and double every " inside it',
        ),
        (
            "cell-too-large",
            "A cell is too large",
            "A cell has more characters than any real cell has.",
            "It is nearly always a quotation mark that is not closed, or a document pasted into a cell.",
            "a cell of 30,000 characters",
            "shorten the cell; look for a missing closing quotation mark before it",
        ),
        # A row
        (
            "ragged-row",
            "A row has too many or too few cells",
            "The number of cells is not that of the header.",
            "From the fault on, cells stand in wrong columns.",
            "OC-1,Technician, senior,4",
            "put a cell that contains a comma between quotation marks; write nothing between commas for a blank cell",
        ),
        (
            "blank-required",
            "A required cell is blank",
            "A cell that every row of the table must fill is blank.",
            "Without it the row says nothing that can be used.",
            "OC-1,,4",
            "fill the cell, or take the row out",
        ),
        (
            "status-missing",
            "The row does not say how sure it is",
            "The status is blank.",
            "A reader must be able to tell a published fact from our reading of it.",
            "status: (blank)",
            "write published, inferred or illustrative",
        ),
        (
            "source-missing",
            "The row has no source",
            "source_url is blank.",
            "A statement that nobody can check is not shown to anybody.",
            "source_url: (blank)",
            "give the address where the row can be checked, or a urn: that dataset.yml describes under sources",
        ),
        (
            "source-not-described",
            "A urn: source is not described",
            "source_url is a urn: that sources in dataset.yml does not have.",
            "A urn cannot be opened, so the description is all a reader has.",
            "urn:stepway:interview-3",
            "describe it in dataset.yml under sources",
        ),
        (
            "invalid-id",
            "An id has characters that an id cannot have",
            "An id has letters, digits, dots and single hyphens, and begins and ends with a letter or digit.",
            "The id becomes part of an address; two ids that differ only in other signs would become one.",
            "OC HCS/ASSOC",
            "use only letters, digits, . and single -",
        ),
        (
            "duplicate-id",
            "Two rows have the same id",
            "Another row of the dataset has the id already. The first one is kept.",
            "Their statements would run together into one thing.",
            "OC-1 on lines 2 and 9",
            "give the second row an id of its own, or merge the rows",
        ),
        (
            "id-in-two-tables",
            "Two datasets use one id for different kinds of thing",
            "A dataset that is built together with this one has the id in another table.",
            "One thing would be, say, a role and a provider at once.",
            "X-1 in roles.csv here and in providers.csv there",
            "change one of the ids",
        ),
        # A cell
        (
            "not-a-choice",
            "The value is not one of the choices",
            "The cell must be one of a fixed list of values.",
            "An unknown category is a signal that something changed, never a default.",
            "study_mode: fulltime",
            "write one of the choices; a known misspelling can be corrected under lookups in dataset.yml",
        ),
        (
            "invalid-number",
            "Not a number",
            "The cell must be a plain number: digits, for a decimal a point, no sign of money, no comma, no unit.",
            "1,500 and 1.500 mean different things in different places.",
            "£1,500",
            "write digits only: 1500",
        ),
        (
            "invalid-date",
            "Not a date",
            "The cell must be a year, a month or a day in ISO order.",
            "01/02/2026 is January to some and February to others.",
            "14/09/2026",
            "write 2026-09-14, or 2026-09 or 2026 when the source is no more exact",
        ),
        (
            "invalid-year-range",
            "The year cannot be right",
            "The year is before 1900 or after 2100.",
            "It is a slip of the keyboard, and sorting by date would hide or promote the row.",
            "2206-09-01",
            "correct the year",
        ),
        (
            "invalid-yes-no",
            "Neither yes nor no",
            "The cell must be yes, no or blank (not known).",
            "Y, 1 and true are read differently by different programs.",
            "Y",
            "write yes or no; leave it blank when not known",
        ),
        (
            "invalid-level",
            "Not a level",
            "The cell must be E (Entry) or a whole number from 1 to 8 of the Regulated Qualifications Framework.",
            "Rules compare levels; Scottish and European levels count differently.",
            "level: L4",
            "write E or 1 to 8",
        ),
        (
            "invalid-url",
            "Not an address",
            "The cell must be an address that begins with https:// or http://, or a urn:.",
            "A reader must be able to open it.",
            "www.example.org/page one",
            "copy the whole address from the browser; write %20 for a space",
        ),
        (
            "invalid-ukprn",
            "Not a UKPRN",
            "A UK Provider Reference Number has eight digits, the first of them 1.",
            "Providers are matched by it.",
            "7924",
            "look it up in the UK Register of Learning Providers, or leave the cell blank",
        ),
        (
            "invalid-qan",
            "Not a qualification number",
            "A qualification number (QAN) is eight signs: digits, the last of them a digit or X, slashes allowed.",
            "Qualifications are matched by it.",
            "603/0472",
            "copy it whole from the Register of Regulated Qualifications: 603/0472/8",
        ),
        (
            "invalid-postcode",
            "Not a postcode",
            "The cell must be a full United Kingdom postcode.",
            "Travel times are worked out from it.",
            "B63",
            "write the whole postcode: B63 3NA",
        ),
        (
            "invalid-standard",
            "Not the reference of a standard",
            "A reference is ST, FA or AU and four digits.",
            "Standards are matched by it.",
            "ST220",
            "write all four digits: ST0220",
        ),
        (
            "invalid-soc2020",
            "Not a SOC 2020 code",
            "A code is four digits, for a sub-unit group followed by / and two more.",
            "Jobs are compared by it, and SOC 2010 codes look alike.",
            "311",
            "write the unit group with four digits: 3111 or 3549/04",
        ),
        (
            "invalid-requirement",
            "Not a rule that can be read",
            "The cell must be a rule in the requirement language; the message says where it stops being one.",
            "A rule that cannot be read cannot be checked for anybody.",
            "any(level(3), holds Q-1)",
            "mend the rule at the place given; the language is described in docs/data/native-format.md",
        ),
        # Rows together
        (
            "unknown-reference",
            "The row names something that is not there",
            "No row of any dataset that is built has this id.",
            "A pathway would lead to nothing.",
            "qualification_id: Q-HNC-COMP2",
            "correct the id, or add the row that is missing",
        ),
        (
            "wrong-kind-reference",
            "The row names a thing of the wrong kind",
            "The id is there, but in a table that this column may not point to.",
            "A provider cannot be the award of a unit.",
            "qualification_id: P-DUDLEY",
            "name a row of the tables that the column allows",
        ),
        (
            "reference-to-illustrative",
            "A real row leans on a made-up one",
            "A row that is published or inferred names a thing that only illustrative rows describe.",
            "Made-up rows are left out unless asked for; the real row would then point to nothing.",
            "status: published, qualification_id: an illustrative one",
            "name a real row, or mark this row (or this cell's status) illustrative",
        ),
        (
            "described-by-base",
            "A sandbox describes what is real",
            "A row of a sandbox has the id of a thing that its release describes.",
            "A sandbox adds imaginary things and closes real ones; it never changes what the release says of them.",
            "delivery_id: DL-HOW-049, in a sandbox of a release that has it",
            "give the row an id of its own, and name the real thing where a column asks for it",
        ),
        (
            "not-imaginable",
            "A sandbox cannot have this table",
            "The table is not one of those that a sandbox may have rows of.",
            "What people need and what rules say is not imagined: only what could be taught, where and by whom.",
            "roles.csv in a sandbox",
            "leave the table out",
        ),
        (
            "not-closable",
            "A sandbox cannot close this",
            "What is to be closed is not there, or is no provider, site, opportunity or delivery.",
            "Only what is run somewhere can end.",
            "without: [OC-MAMMO]",
            "name a provider, a site, an opportunity or a delivery",
        ),
        (
            "illustrative-required",
            "A real row has a made-up cell it cannot do without",
            "A required cell is marked illustrative in a row that is not.",
            "Without the cell nothing is left of the row, with it the row is made up.",
            "status: published, title_status: illustrative",
            "mark the row illustrative, or find the real value",
        ),
        (
            "refers-to-itself",
            "The row leads to itself",
            "A progression or transfer begins and ends at the same thing.",
            "It adds a step that goes nowhere.",
            "role OC-1 with progresses_to OC-1",
            "name another end, or take it out",
        ),
        (
            "cyclic-parts",
            "An award is needed before it can be had",
            "By its entry or award rule a thing cannot be had without having it already, at once or by way of others.",
            "Nobody could ever get it, and the planner would prove so.",
            "Q-A needs holds(Q-B), and Q-B needs holds(Q-A)",
            "take one of the rules out, or give an alternative with any(...)",
        ),
        (
            "credits-do-not-add-up",
            "Credits contradict each other",
            "The credits of an award, its total_credits rule and its units cannot all be right.",
            "Whether somebody is done is worked out from them.",
            "an award of 120 credits with a rule of total_credits = 240",
            "check all the figures with the specification",
        ),
        (
            "glh-exceeds-tqt",
            "More guided hours than hours in all",
            "Guided learning hours (GLH) are a part of total qualification time (TQT) and cannot exceed it.",
            "The weekly load is worked out from both.",
            "glh_hours 600, tqt_hours 480",
            "check both; they may have been swapped",
        ),
        (
            "coordinates-outside-uk",
            "The place is not in the United Kingdom",
            "Latitude is not between 49.8 and 60.9, or longitude not between -8.7 and 1.8.",
            "Distances would be absurd; latitude and longitude are often swapped.",
            "latitude -2.05, longitude 52.46",
            "check whether the two are swapped or a minus sign is missing",
        ),
        (
            "coordinates-incomplete",
            "Half a coordinate",
            "One of latitude and longitude is blank.",
            "One alone is no place.",
            "latitude 52.46, longitude blank",
            "fill both or neither",
        ),
        # Files in a publisher's format
        (
            "file-cut",
            "The file is cut or damaged",
            "The file ends in the middle of a row, a quoted cell or a packed stream.",
            "What came after is missing, and nobody can say how much.",
            "a download that stopped half-way",
            "download the file again and compare its size with the publisher's",
        ),
        (
            "file-changed",
            "The file changed while it was read",
            "Size, time or identity of the file are not the same after reading as before.",
            "What was read is neither the old file nor the new one.",
            "a download that is still running",
            "wait until the file is complete, then build again",
        ),
        (
            "too-many-refused",
            "Too many rows were left out",
            "More than one row in a hundred of a published file could not be taken.",
            "So many faults mean that the file or its format changed, not that a few rows are bad.",
            "300 of 8,000 rows without a number",
            "look at the rows told; when the publisher changed the file, change the format",
        ),
        # Linked data: pathways and credentials
        (
            "unreadable-linked-data",
            "A file is neither JSON nor Turtle",
            "The file cannot be read from the place given on; what is whole before it is read.",
            "What comes after is missing, and nobody can say how much.",
            "a bracket that is not closed",
            "mend the file at the place given, or ask the publisher for a sound one",
        ),
        # Found in the graph, not in a file
        (
            "shape-violation",
            "The graph breaks a shape",
            "A thing lacks a statement that its class must have, or has one of a wrong form.",
            "What reads the graph relies on the shapes.",
            "a role without a title",
            "mend the row that describes the thing; the message says how",
        ),
        (
            "check-error",
            "A quality check found an error",
            "A query of ontology/checks that is graded as an error found something.",
            "The message says why it matters.",
            "a rule that nobody can ever meet",
            "as the message says",
        ),
    ),
    *_types(
        Severity.WARNING,
        # Linked data: pathways and credentials
        (
            "file-mended",
            "Small damage in a file was mended",
            "There is a comma that nothing follows, a second document, or a name that stands twice in one object.",
            "Other programs will refuse the file; only one reading was possible.",
            '["a", "b",]',
            "ask the publisher for a sound file; nothing needs to be done here",
        ),
        (
            "file-not-read",
            "A file is in a form that is not read",
            "Linked data is read from JSON-LD and Turtle alone.",
            "All that it says would be left out in silence.",
            "credential.xml beside credential.jsonld",
            "ask for it as JSON-LD or Turtle, or move it out of the folder",
        ),
        (
            "file-said-twice",
            "The same is there as JSON and as Turtle",
            "Two files have one name but for its ending.",
            "Read both, nodes without a name would be there twice; the JSON is read.",
            "pathway.json and pathway.ttl",
            "take one of them away",
        ),
        (
            "unknown-context",
            "A file names a context that is not known here",
            "The context is at an address of which no copy lies with the program.",
            "Contexts are never fetched, so that a release is the same tomorrow; names could mean something else.",
            '"@context": "https://example.org/context"',
            "write the prefixes into the file, or add the context to loaders/credentials/contexts.yml",
        ),
        (
            "prefix-assumed",
            "A prefix is not declared",
            "The file uses a prefix and does not say what it stands for; its usual meaning is taken.",
            "The publisher may mean something else.",
            "ceterms:name, and no context",
            "name the context in the file, or declare the prefix",
        ),
        (
            "term-without-prefix",
            "A term has no prefix",
            "The context of the file gives meaning to terms with a prefix only; the one term of that name is taken.",
            "Other programs leave such terms out, and with them what they say.",
            '"@type": "Pathway"',
            "write the term with its prefix: ceterms:Pathway",
        ),
        (
            "component-merged",
            "One component stands for several things",
            "Two components were given one address, so that the file says one thing of several.",
            "Their titles, conditions and levels run together.",
            "a diploma and a degree with the same address",
            "ask the publisher to give each its own address; the message says what was done",
        ),
        (
            "condition-circular",
            "A condition is a part of itself",
            "Following the conditions within a condition leads back to it.",
            "It can neither be met nor missed; the provider has to say what is meant.",
            "A asks for B, and B for A",
            "ask the publisher",
        ),
        (
            "condition-impossible",
            "A condition asks for more than it has",
            "More components are required than are named.",
            "Read to the letter, nobody could meet it; all are taken to be usual, and the provider decides.",
            "requiredNumber 3, with two components",
            "ask the publisher for the number or the missing components",
        ),
        (
            "condition-not-described",
            "A condition is named and not described",
            "A component has a condition that no file describes.",
            "Something is asked, and it is not known what; the provider has to say.",
            "ceterms:hasCondition res:c-9, and no res:c-9",
            "add the file that describes it",
        ),
        (
            "condition-of-nothing",
            "A condition belongs to nothing",
            "A file describes a condition, and no component has it.",
            "What it asks is asked of nobody; it is kept and not used.",
            "a ceterms:ComponentCondition that no ceterms:hasCondition names",
            "ask the publisher what it belongs to",
        ),
        (
            "target-not-described",
            "Something is asked for and not described",
            "A condition, part or transfer names a thing that no file of the dataset describes.",
            "All that can be shown of it is its key, and nothing can be planned with it.",
            "a course of another file",
            "add the file that describes it",
        ),
        (
            "credits-disagree",
            "Stated credits and the courses do not agree",
            "The credits stated of an award or its stages are not the sum of the courses that it asks for.",
            "One of the two is wrong; the stated number is shown.",
            "120 stated, and eight courses of 20",
            "ask the publisher which is right",
        ),
        (
            "name-missing",
            "Something has no name",
            "The file says of a thing what it is and not what it is called.",
            "A reader sees a key.",
            "a course with a code alone",
            "ask the publisher; nothing needs to be done here",
        ),
        (
            "value-not-read",
            "A value stands where it can mean nothing",
            "A number or text stands where an object was expected.",
            "It says nothing of anything.",
            '["ceterms:Pathway"]',
            "ask the publisher; nothing needs to be done here",
        ),
        # Files in a publisher's format
        (
            "row-not-taken",
            "A row of a published file is left out",
            "The row cannot be parted into cells, or does not fill the columns that say what it is about.",
            "Nothing can be said of a thing that is not named.",
            "a row without a Qualification Number",
            "ask the publisher; nothing needs to be done here",
        ),
        (
            "bad-cell",
            "A cell of a published file is left out",
            "The cell is not of the form that its column has.",
            "A guess would be stated as a fact of the publisher's.",
            "Operational Start Date: 31/02/2025",
            "ask the publisher; nothing needs to be done here",
        ),
        (
            "unknown-code",
            "A code of a published file is not known",
            "The cell has a code that the format does not explain.",
            "A new code is a signal that something changed, never a default.",
            "STUDY_MODE: 4",
            "add the code with its meaning to the format",
        ),
        (
            "cell-missing",
            "A cell of a published file is blank",
            "The column is filled in every sound row, and here it is not.",
            "The thing is incomplete.",
            "a qualification without a title",
            "ask the publisher; nothing needs to be done here",
        ),
        (
            "repeated-key",
            "Two rows of a published file are about the same thing",
            "A key that each row should have to itself is there again.",
            "It cannot be known which row is right.",
            "UKPRN 10000055 on two rows",
            "ask the publisher; the format says whether the second row is added or left out",
        ),
        (
            "told-otherwise",
            "A row says otherwise of the same thing",
            "Two rows of a published file give one thing two values of which it can have only one.",
            "It cannot be known which row is right; the first is kept.",
            "two legal names for one UKPRN",
            "ask the publisher; nothing needs to be done here",
        ),
        (
            "files-together",
            "Several files are read as one",
            "More than one file of the folder fits a file of the format.",
            "Parts of one edition belong together. Two editions do not: what the newer one has dropped would stay.",
            "funded_2024-10-22.csv beside approved_2025-02-18.csv",
            "name the one file in dataset.yml under files, or leave it when they are parts of one edition",
        ),
        (
            "rows-fell",
            "A file has far fewer rows than in the release before",
            "More than a tenth of the rows that the last release took from this file or dataset are not there now.",
            "A file cut short on its way looks like this, and so does a publisher who drops much at once.",
            "3,000 funded qualifications, and 8,201 in the release before",
            "compare the file with the publisher's page; count its rows in dataset.yml to refuse a short one",
        ),
        (
            "file-twice",
            "A file is there twice",
            "The same file is there packed and unpacked, or in two zips.",
            "Its rows would be counted twice; the first is read.",
            "occupations_en.csv and occupations_en.csv.xz",
            "take one of them away",
        ),
        (
            "column-gone",
            "A column of a published file is gone",
            "The format reads a column that the header does not have.",
            "Its facts will be missing from the release.",
            "Specialism renamed Specialisms",
            "when it has a new name, add that to the format",
        ),
        (
            "byte-order-mark",
            "The file begins with a byte order mark",
            "The first three bytes are EF BB BF. They are skipped.",
            "Other programs take them for a part of the first column's name.",
            "a CSV saved by a spreadsheet",
            "save as UTF-8 without a byte order mark",
        ),
        (
            "no-rows",
            "A table without rows",
            "There is a header line and nothing below it.",
            "It may be a failed export.",
            "roles.csv with one line",
            "add the rows, or delete the file",
        ),
        (
            "blank-row",
            "A row has no filled cell",
            "All cells of the row are blank. It is skipped.",
            "Spreadsheets leave such rows at the end.",
            ",,,",
            "delete the row",
        ),
        (
            "stray-characters",
            "Stray white space or control characters",
            "A cell has white space at an end, a line break, a tab or an invisible character. They are taken out.",
            "Two values that look the same would differ.",
            "'Dudley ' ",
            "take them out in the source",
        ),
        (
            "damaged-text",
            "The text was damaged before it came to us",
            "The cell has signs that only arise when text is read in a wrong encoding.",
            "Names are shown to people as they stand.",
            "Itâ€™s",
            "copy the text again from its source",
        ),
        (
            "untidy-list",
            "A list has a blank or a repeated part",
            "Between | and | stands nothing, or the same value stands twice. It is counted once.",
            "A value may have been lost.",
            "OC-1||OC-2|OC-1",
            "take the blank or repeated part out",
        ),
        (
            "lookup-unused",
            "A correction corrects nothing",
            "No cell has the value that a lookup in dataset.yml corrects.",
            "The source was mended, or the lookup was never right.",
            "lookups: {sites: {town: {Dudly: Dudley}}}, and no Dudly",
            "take the lookup out",
        ),
        (
            "date-in-future",
            "A date of something past lies in the future",
            "The date is later than the day of the build.",
            "Old data would be shown as the newest.",
            "as_of: 2062-01-01",
            "correct the date",
        ),
        (
            "award-rule-beyond-units",
            "The known units are too few for the award",
            "All known units have credits, and together they are fewer than the award's rule asks.",
            "Nobody could be shown to complete the award.",
            "credits(120, from=Q-1) and units of 90 credits",
            "add the units that are missing, or correct the rule",
        ),
        (
            "credits-and-hours-disagree",
            "Credits and hours do not go together",
            "One credit stands for ten hours of total qualification time (TQT).",
            "One of the two is wrong, or belongs to another version.",
            "credits 15, tqt_hours 60",
            "check both with the specification; 60 may be the guided hours (GLH)",
        ),
        (
            "same-ukprn-twice",
            "Two providers have the same UKPRN",
            "A UKPRN belongs to one legal entity; two rows with it are one provider, or one of them is wrong.",
            "Its courses would be shown as those of two providers.",
            "P-A and P-B with 10007924",
            "merge the rows, or look the number up again; say in notes when both are right",
        ),
        (
            "illustrative-not-marked",
            "A made-up row does not say so",
            "The title of an illustrative row does not have the word “illustrative”.",
            "A title is shown in places where a status is not.",
            "status: illustrative, title: MedTech unit 1",
            "begin the title with “Illustrative:”",
        ),
        (
            "shape-warning",
            "The graph falls short of a shape",
            "A thing lacks a statement that its class should have.",
            "Something shown to people will be missing.",
            "a dataset without an attribution",
            "mend the row that describes the thing; the message says how",
        ),
        (
            "check-warning",
            "A quality check found something doubtful",
            "A query of ontology/checks that is graded as a warning found something.",
            "The message says why it matters.",
            "a competency of no role",
            "as the message says",
        ),
    ),
    *_types(
        Severity.NOTICE,
        # Linked data: pathways and credentials
        (
            "condition-in-words",
            "Part of a condition is kept in words",
            "A condition has a constraint that no rule of ours can say: a grade, a second sitting, a limit from above.",
            "The rule is shown as what is usual, and somebody decides: who meets the rest may still not meet this.",
            "grade is one of A, B, C",
            "nothing needs to be done; the words are shown with the rule",
        ),
        (
            "measure-not-converted",
            "Credits are of a unit that has no known worth here",
            "No published comparison says what one is in credits of ours.",
            "A guess would let people count on credits that nobody gives; the publisher's words are shown.",
            "3 semester hours",
            "when a comparison is published, add it to loaders/credentials/measures.yml",
        ),
        (
            "term-not-read",
            "A term of a published file is not taken up",
            "The file uses a class or property of which the format makes nothing.",
            "It may hold something worth reading.",
            "ceterms:industryType",
            "nothing needs to be done; add it to the reader when it is wanted",
        ),
        (
            "person-left-out",
            "What is said of a person is not read",
            "The file is somebody's own credential, and names its holder.",
            "No person enters a release; only what was awarded, and by whom, is read.",
            "an EuropeanDigitalCredential with a credentialSubject",
            "nothing needs to be done",
        ),
        # Files in a publisher's format
        (
            "pair-repeated",
            "Two rows of a published file join the same two things",
            "A pair of columns that should be on one row only is there again with something else beside it.",
            "Both are kept, because the publisher says both.",
            "a skill both essential and optional for an occupation",
            "ask the publisher; nothing needs to be done here",
        ),
        (
            "column-new",
            "A published file has a new column",
            "The header has a column of which the format says nothing.",
            "It may hold something worth reading, or name a person.",
            "a column Apprenticeship Standard Title",
            "add it to the format, as a field, as unused or as private",
        ),
        (
            "no-line-end",
            "The last line has no line end",
            "The file does not end with a line end, though its last row is whole.",
            "A file cut exactly there looks the same.",
            "a file of 8,092 rows that ends in a cell",
            "say the number of rows under counts in dataset.yml",
        ),
        (
            "lookup-used",
            "A known bad value was corrected",
            "A lookup in dataset.yml changed cells of this column.",
            "A reader of the source sees another value than we show.",
            "Dudly corrected to Dudley in 3 cells",
            "nothing; better still, have the source mended",
        ),
        (
            "described-twice",
            "Two datasets describe the same thing",
            "A row of another dataset has the same id in the same table. Both are kept.",
            "Both sets of statements are shown, each with its source.",
            "P-DUDLEY in two datasets",
            "nothing, when it is the same thing; otherwise change one id",
        ),
        (
            "illustrative-withheld",
            "Made-up rows or cells were left out",
            "Illustrative rows and cells are loaded only when asked for.",
            "Counts are lower than in the file.",
            "16 rows of units.csv",
            "nothing; load with illustrative rows to see them",
        ),
        (
            "dependents-refused",
            "Other rows are refused with this one",
            "Rows that name a refused row, or a row of a file that cannot be read, are not loaded either.",
            "They would point to nothing. They have no fault of their own.",
            "12 rows name the refused row OC-1",
            "mend this row; the others then load",
        ),
        (
            "shape-notice",
            "The graph could say more",
            "A thing lacks a statement that would be useful.",
            "It is worth knowing, and often true of good data.",
            "a site without a postcode",
            "nothing, or fill the cell",
        ),
        (
            "check-notice",
            "A quality check found something worth knowing",
            "A query of ontology/checks that is graded as a notice found something.",
            "The message says why it matters.",
            "a delivery that was last seen long ago",
            "as the message says",
        ),
    ),
)

CATALOGUE: Final[dict[str, IssueType]] = {type.code: type for type in _ALL}
"""Every kind of fault by its code: errors, then warnings, then notices."""


def _visible(sign: str) -> str:
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault that was found. `line` is where the record starts, counted from 1; blank facts are None.

    Raises `KeyError` when the code is not in the catalogue.
    """

    code: str
    message: str
    hint: str
    dataset: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        CATALOGUE[self.code]

    @property
    def severity(self) -> Severity:
        """How much it weighs, from the catalogue."""
        return CATALOGUE[self.code].severity

    @property
    def place(self) -> str:
        """Where it is, as far as known: `roles.csv:14 [level]`."""
        place = self.file or self.dataset
        place += f":{self.line}" if self.line is not None else ""
        return place + (f" [{self.column}]" if self.column is not None else "")

    def __str__(self) -> str:
        """One line for a person: `roles.csv:14 [level] invalid-level: …  → mend: …`. Invisible signs are spelt out."""
        line = f"{self.place} {self.code}: {self.message}  → mend: {self.hint}"
        return line if line.isprintable() else "".join(map(_visible, line))


@dataclass(slots=True)
class IssueLog:
    """The issues of one dataset, in the order in which they were found."""

    dataset: str
    issues: list[Issue] = field(default_factory=list)

    def add(
        self,
        code: str,
        message: str,
        hint: str = "",
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> Issue:
        """Note one fault. Without a hint of its own it has that of its type."""
        if value is not None and len(value) > VALUE_LIMIT:
            value = value[: VALUE_LIMIT - 1] + "…"
        hint = hint or CATALOGUE[code].mend
        value = None if value is None else _writable(value)
        issue = Issue(code, _writable(message), _writable(hint), self.dataset, file, line, column, value)
        self.issues.append(issue)
        return issue


def _writable(text: str) -> str:
    """Text in which a byte that is not UTF-8 shows as `\\xa3`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def in_order(issues: Iterable[Issue]) -> list[Issue]:
    """Issues as a person reads them: by file, line and column; those of the whole dataset first."""
    return sorted(issues, key=lambda i: (i.dataset, i.file or "", i.line or 0, i.column or "", i.code, i.message))


def count_by_severity(issues: Iterable[Issue]) -> dict[Severity, int]:
    """How many errors, warnings and notices there are; all three are always there."""
    counts = dict.fromkeys(Severity, 0)
    for issue in issues:
        counts[issue.severity] += 1
    return counts


def to_json(issue: Issue) -> str:
    """One line of JSON. Facts that are not known are left out; the severity is added for other programs."""
    facts = {key: value for key, value in asdict(issue).items() if value is not None}
    return json.dumps({"severity": issue.severity.value, **facts}, ensure_ascii=False)


def from_json(line: str) -> Issue:
    """The issue of one line that `to_json` wrote. Raises `KeyError` for a code that is not in the catalogue."""
    facts = json.loads(line)
    facts.pop("severity", None)
    return Issue(**facts)


def write_issues(path: Path, issues: Iterable[Issue]) -> None:
    """Write issues as JSON Lines."""
    path.write_text("".join(f"{to_json(issue)}\n" for issue in issues), encoding="utf-8", newline="\n")


def read_issues(path: Path) -> list[Issue]:
    """Read issues that `write_issues` wrote."""
    return [from_json(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
