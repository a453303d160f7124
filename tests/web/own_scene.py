"""A client with a page of their own, and what they press there."""

import re
from dataclasses import dataclass
from typing import Any

from portal.clients import link
from portal.contacts import contact
from tests.web.scene import CLIENT, Scene

RIGHT, WRONG = CLIENT[-4:], "9999"


@dataclass
class Own:
    """Rosa's page at Hearth; nobody is signed in."""

    scene: Scene
    contact_id: str
    url: str

    def get(self, more: str = "") -> Any:
        return self.scene.client.get(self.url + more)

    def press(self, act: str, **typed: Any) -> Any:
        """The answer of the POST itself."""
        return self.scene.client.post(f"{self.url}/{act}", data={"digits": RIGHT} | typed)

    def said(self, act: str, **typed: Any) -> str:
        """The page after an act that worked."""
        answer = self.press(act, **typed)
        assert answer.status_code == 303, answer.text
        return str(self.scene.client.get(answer.headers["location"]).text)

    def number(self, nth: int = 0) -> str:
        """The id of one of her numbers, as the page has it."""
        return str(re.findall(r'aria-labelledby="number-([0-9a-f]+)"', self.get().text)[nth])


def own(scene: Scene, *numbers: str, name: str = "Rosa Delgado") -> Own:
    """`numbers` are hers; without any, the scene's usual one."""

    def work(session: Any) -> tuple[str, str]:
        made = contact.create(session, scene.site.hearth.id, name=name, numbers=numbers or (CLIENT,))
        return made.id, link.url(scene.site.secrets, "", made)

    contact_id, url = scene.write(work)
    return Own(scene, contact_id, url)
