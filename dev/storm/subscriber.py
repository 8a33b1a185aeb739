"""Counts at the broker, by its own session, which reports have arrived: what devices say is acknowledged must be here."""
import paho.mqtt.client as mqtt


class Subscriber:
    """Over the listener without TLS, so that its bytes cost the broker little."""

    def __init__(self, port, topic):
        self.arrived = set()
        self.repeats = 0
        self._topic = topic
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id="warmhello-storm-subscriber", clean_session=False
        )
        self._client.on_connect = self._connected
        self._client.on_message = self._arrived
        self._client.on_subscribe = self._subscribed
        self._client.reconnect_delay_set(1, 1)
        self.is_subscribed = False
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _connected(self, client, _data, _flags, _reason, _properties):
        client.subscribe(f"{self._topic}/+/+", qos=1)

    def _subscribed(self, _client, _data, _id, _reasons, _properties):
        self.is_subscribed = True

    def _arrived(self, _client, _data, message):
        self.repeats += message.topic in self.arrived
        self.arrived.add(message.topic)

    def end(self):
        self._client.disconnect()
        self._client.loop_stop()
