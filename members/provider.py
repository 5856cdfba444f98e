"""The servers of others, where allauth looks for them: at this name in each application."""

from members.pages.signing_in.servers.dingtalk import DingTalk
from members.pages.signing_in.servers.feishu import Feishu
from members.pages.signing_in.servers.saml import Saml
from members.pages.signing_in.servers.wecom import WeCom
from members.pages.signing_in.servers.weixin import Weixin

provider_classes = [DingTalk, Feishu, Saml, WeCom, Weixin]
