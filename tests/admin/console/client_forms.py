"""What a browser sends of the forms of services and readers, filled in well."""

from gateway.errors import NoSuchThing
from gateway.tenants.client_records import ClientRecord, find_client_record
from tests.support.operators import Office

SERVICES = "/admin/tenants/hanasaki/services"
READERS = "/admin/tenants/hanasaki/readers"
SERVICE_FORM = {
    "client_id": "health",
    "client_name_ja": "健康アプリ",
    "client_name_en": "Health",
    "purpose_ja": "健診のご案内のため",
    "purpose_en": "To invite you to check-ups",
    "decision_document_number": "花総発第12号",
    "contact": "健康課",
    "token_endpoint_auth_method": "client_secret_basic",
    "redirect_uris": "https://health.example/callback\r\nhttps://health.example/other\r\n",
    "post_logout_redirect_uris": "https://health.example/",
    "scope_profile": "1",
    "scope_link": "1",
    "refresh_token": "1",
    "id_token_signed_response_alg": "ES256",
}
READER_FORM = {
    "client_id": "counter",
    "client_name_ja": "窓口1番",
    "client_name_en": "Counter 1",
    "purpose_ja": "窓口での本人確認",
    "purpose_en": "Identification at the counter",
    "token_endpoint_auth_method": "client_secret_basic",
    "allowed_networks": "203.0.113.9\r\n2001:DB8::/48",
}


async def client(
    office: Office, client_id: str = "health", tenant_id: str = "hanasaki"
) -> ClientRecord:
    async with office.gateway.provider.records.reading() as connection:
        return await find_client_record(connection, tenant_id, client_id)


async def is_registered(office: Office, client_id: str = "health") -> bool:
    try:
        await client(office, client_id)
    except NoSuchThing:
        return False
    return True
