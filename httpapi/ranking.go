package httpapi

// boardRoutes are the calls of boards and seasons.
func (a *API) boardRoutes() []route {
	return []route{}
}
