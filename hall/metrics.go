package hall

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the hall's numbers at /metrics.
type metrics struct {
	connections prometheus.Gauge
	slow        prometheus.Counter
	refused     prometheus.Counter
	ack         prometheus.Histogram
}

func newMetrics() *metrics {
	return &metrics{
		connections: prometheus.NewGauge(prometheus.GaugeOpts{Name: "leitai_connections", Help: "Open live connections."}),
		slow:        prometheus.NewCounter(prometheus.CounterOpts{Name: "leitai_slow_connections_total", Help: "Connections closed because they could not keep up."}),
		refused:     prometheus.NewCounter(prometheus.CounterOpts{Name: "leitai_answers_unavailable_total", Help: "Answers refused because the database was away."}),
		ack: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "leitai_answer_ack_seconds", Help: "From an answer's receipt to its queued acknowledgement.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}}),
	}
}

func (m *metrics) acked(received time.Time) { m.ack.Observe(time.Since(received).Seconds()) }

// Collectors are for the process's registry.
func (h *House) Collectors() []prometheus.Collector {
	return []prometheus.Collector{h.metrics.connections, h.metrics.slow, h.metrics.refused, h.metrics.ack}
}
