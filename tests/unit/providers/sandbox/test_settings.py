from sandboxes import Sandbox, order

from ltxspec.providers.sandbox.settings import no_label


def test_without_labels_videos_show_the_task(sandbox: Sandbox) -> None:
    assert no_label("anything") is None
    sandbox.call(order())
    task = sandbox.app.store.task(order()["taskUUID"])
    assert task is not None
    assert task.label == f"task {task.uuid[:8]}"
