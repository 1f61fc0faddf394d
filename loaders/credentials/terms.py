"""The words of CTDL that are read, and what each class becomes."""

from typing import Final


def _terms(prefix: str, *names: str) -> frozenset[str]:
    return frozenset(f"{prefix}:{name}" for text in names for name in text.split())


# The subclasses of ceterms:Credential of the schema of 2026-08-06, and the component that stands for one.
CREDENTIALS: Final = _terms(
    "ceterms",
    "CredentialComponent Credential AcademicCertificate ApprenticeshipCertificate AssociateDegree",
    "AssociateOfAppliedArtsDegree AssociateOfAppliedScienceDegree AssociateOfArtsDegree AssociateOfScienceDegree",
    "BachelorDegree BachelorOfArtsDegree BachelorOfScienceDegree Badge BasicTechnicalCertificate Certificate",
    "CertificateOfCompletion CertificateOfParticipation Certification Degree DigitalBadge Diploma DoctoralDegree",
    "GeneralEducationDevelopment GeneralEducationLevel1Certificate GeneralEducationLevel2Certificate",
    "HigherEducationLevel1Certificate HigherEducationLevel2Certificate JourneymanCertificate License",
    "MasterCertificate MasterDegree MasterOfArtsDegree MasterOfScienceDegree MicroCredential OpenBadge",
    "PostBaccalaureateCertificate PostMasterCertificate PreApprenticeshipCertificate ProfessionalCertificate",
    "ProfessionalDoctorate ProficiencyCertificate QualityAssuranceCredential ResearchDoctorate",
    "SecondaryEducationCertificate SecondarySchoolDiploma SpecialistDegree TechnicalLevel1Certificate",
    "TechnicalLevel2Certificate TechnicalLevel3Certificate WorkBasedLearningCertificate",
)
DEGREES: Final = frozenset(one for one in CREDENTIALS if one.endswith("Degree"))
UNITS: Final = _terms("ceterms", "Course CourseComponent AssessmentProfile AssessmentComponent")
PROGRAMMES: Final = _terms("ceterms", "LearningProgram LearningOpportunityProfile Program")
ROLES: Final = _terms("ceterms", "JobComponent Occupation Job WorkRole")
PARTS: Final = _terms(
    "ceterms",
    "BasicComponent SelectionComponent CompetencyComponent CocurricularComponent ExtracurricularComponent",
    "WorkExperienceComponent PathwayComponent MultiComponent",
)
ORGANISATIONS: Final = _terms("ceterms", "Organization CredentialOrganization QACredentialOrganization")
PATHWAYS: Final = _terms("ceterms", "Pathway PathwaySet")
TRANSFERS: Final = _terms("ceterms", "TransferValueProfile")
CONDITIONS: Final = _terms("ceterms", "ComponentCondition")
WITHIN: Final = CONDITIONS | _terms(
    "ceterms",
    "Constraint ConditionProfile ValueProfile QuantitativeValue CredentialAlignmentObject AlignmentObject",
    "IdentifierValue Address Place ContactPoint",
)
"""Parts of other things, read with them."""

KINDS: Final = (
    (CREDENTIALS, "sw:Qualification"),
    (UNITS, "sw:Unit"),
    (PROGRAMMES, "sw:LearningOpportunity"),
    (ROLES, "sw:Role"),
    (ORGANISATIONS, "sw:Provider"),
    (TRANSFERS, "sw:CreditTransfer"),
    (PATHWAYS, "sw:PublishedPathway"),
    (PARTS, "sw:PathwayPart"),
)

NAMES: Final = ("ceterms:name", "ceasn:name", "schema:name", "skos:prefLabel")
BEFORE: Final = ("ceterms:precededBy", "ceterms:prerequisite")
ASKS: Final = ("ceterms:requires", "ceterms:entryCondition")
CHILDREN: Final = ("ceasn:hasChild", "ceterms:hasChild", "ceterms:hasPart", "ceasn:hasPart")
AWARDED_BY: Final = ("ceterms:ownedBy", "ceterms:offeredBy")
STATUSES: Final = ("ceterms:credentialStatusType", "ceterms:lifeCycleStatusType")
TARGETS: Final = tuple(
    f"ceterms:target{name}"
    for name in ("Credential", "LearningOpportunity", "Assessment", "Occupation", "Job", "Component")
)
READ: Final = (
    frozenset((*NAMES, *BEFORE, *ASKS, *CHILDREN, *AWARDED_BY, *STATUSES, *TARGETS))
    | _terms(
        "ceterms",
        "description ctid codedNotation proxyFor precedes hasCondition hasConstraint requiredNumber logicalOperator",
        "leftSource leftAction comparator rightSource rightAction componentCategory credentialType",
        "hasDestinationComponent",
        "isDestinationComponentFor creditValue value creditUnitType creditLevelType atLevel targetNode targetNodeName",
        "targetName alternativeCondition condition minimumAge transferValue transferValueFrom transferValueFor",
        "sourceData",
        "subjectWebpage isPreparationFor isRequiredFor targetPathway preparationFrom hasPathway pointValue isPartOf",
    )
    | frozenset({"schema:value", "ceasn:isChildOf", "ceasn:isPartOf"})
)
"""The properties that are read. `isChildOf` and its like are the other side of `hasChild`."""

OVER: Final = ("expired", "superseded", "deprecated", "ceased", "suspended", "revoked")
MOST: Final = 2000
"""Leaves of a rule in which groups are written out."""

SAID: Final = frozenset(name.partition(":")[2] for name in CREDENTIALS - {"ceterms:CredentialComponent"})
"""Kinds of credentials as CTDL names them."""
