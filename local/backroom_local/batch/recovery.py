"""Bringing an account back from its store."""

from backroom_local.batch import compiling, submission
from backroom_local.batch.account import Account
from backroom_local.batch.core import restoring
from backroom_local.batch.keeping import Store


def recover(account: Account, store: Store, now: int) -> None:
    """Put back documents, resources, queues and jobs; running attempts are dealt with by `restoring.resume`."""
    catalog, scheduler = store.load_catalog(), account.scheduler
    account.catalog = catalog
    for document in catalog.environments.values():
        scheduler.put_environment(compiling.environment(document, account.host_vcpus), now)
    for queue in catalog.queues.values():
        scheduler.put_queue(compiling.queue(queue, catalog.policies))
    for resource in store.load_consumables():
        scheduler.world.consumables[resource.name] = resource
    for job_id, created, reference, request, states in store.load_jobs():
        definition = catalog.definition(reference)
        if definition is None:
            raise LookupError(f"the store knows no job definition {reference}, which job {job_id} has")
        account.submissions[job_id] = made = submission.make(request, definition)
        scheduler.keep_queue(made.spec.queue)
        restoring.restore(scheduler.world, job_id, made.spec, created, states)
