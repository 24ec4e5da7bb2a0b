"""The settings of notify: those of every service, and those of its rooms."""

from services.notify.board.settings import BoardSettings
from services.notify.channels.settings import ChannelSettings
from services.notify.knowledge.settings import NameSettings
from services.notify.notices.settings import NoticeSettings


class NotifySettings(NameSettings, NoticeSettings, ChannelSettings, BoardSettings):
    """What a deployment decides about notify."""
