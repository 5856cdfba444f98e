"""The signatures are those of the examples that the vendors publish."""

from datetime import UTC, datetime

from members.services.sms import signing


def test_mas_signs_as_in_its_manual():
    fields = ("政企分公司测试", "demo0", "123qwe", "13800138000", "移动改变生活。", "DWItALe3A", "")

    assert signing.mas_mac(*fields) == "7997ddb079db2155b517b21b2a812370"


def test_aliyun_signs_as_in_its_manual():
    query = signing.acs3_query(
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        }
    )

    headers = signing.acs3_headers(
        key_id="YourAccessKeyId",
        key="YourAccessKeySecret",
        url=f"https://ecs.cn-shanghai.aliyuncs.com/?{query}",
        action="RunInstances",
        version="2014-05-26",
        nonce="3156853299f313e23d1673dc12e1703d",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
    )

    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencent_signs_as_in_its_manual():
    """There the identifier and the key are asterisks, and the signature is reckoned with them."""
    headers = signing.tc3_headers(
        key_id="AKID" + "*" * 32,
        key="*" * 32,
        url="https://cvm.tencentcloudapi.com/",
        service="cvm",
        action="DescribeInstances",
        version="2017-03-12",
        region="ap-guangzhou",
        body='{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], '
        '"Name": "instance-name"}]}',
        at=datetime.fromtimestamp(1551113065, UTC),
    )

    assert headers["Authorization"] == (
        f"TC3-HMAC-SHA256 Credential=AKID{'*' * 32}/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


def test_a_query_is_written_as_signed():
    assert signing.acs3_query({"b": "提 案*~", "a": "x/y"}) == "a=x%2Fy&b=%E6%8F%90%20%E6%A1%88%2A~"
