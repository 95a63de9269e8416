"""Who signs letters, notices and the bulletin: by the policy, else as the bureau said when it issued."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.output import county_name

_DEFAULT = "默认"
_ISSUED = {
    "bureau_contact": "contact",
    "bureau_phone": "phone",
}  # policy parameter: key of an issued workbook


def with_sender(material: CountyData) -> Policy:
    """The county's policy with the sender that it leaves open.

    The bureau's name is the county's and 财政局; contact and phone are those in most of the issued workbooks
    that came back.
    """
    policy = material.policy
    known = dict(policy.parameters)
    county = county_name([entry.name for entry in material.entries])
    if county and known["bureau_name"].where == _DEFAULT:
        known["bureau_name"] = replace(known["bureau_name"], value=f"{county}财政局")
    for name, key in _ISSUED.items():
        told = Counter(
            text for receipt in material.collected.receipts if (text := receipt.file.settings.get(key, ""))
        )
        if told and not known[name].value:
            known[name] = replace(known[name], value=told.most_common(1)[0][0])
    return replace(policy, parameters=known)
